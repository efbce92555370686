internal import FuzzStage
internal import PayloadDecoding
internal import VehicleSignals

/// Any bytes as a topic: where it leads, and what it names.
@main enum Topics: FuzzTarget {
    nonisolated(unsafe) private static var trial = PayloadTrial(Stage.sources)
    private static let payload = Array(#"{"vehicle":"X","signals":{"Vehicle.Speed":1}}"#.utf8)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        checkRoute(input)
        for payload in [[], payload] {
            trial.take(topic: input, payload: payload, isRetained: false)
        }
        guard let text = String(validating: input, as: UTF8.self) else { return }
        checkTemplate(text)
    }

    private static func checkRoute(_ topic: [UInt8]) {
        let sources = Stage.sources
        guard let route = sources.route(topic: topic.span.bytes) else { return }
        demand(route == sources.route(topic: topic.span.bytes), "another route the second time")
        demand(Int(route.source.number) < sources.definitions.count, "no source of \(route)")
        demand(
            sources.definitions[Int(route.source.number)].topics.contains {
                $0.template.text == sources.template(of: route)
            }, "the template is of another source: \(route)")
        let name = slice(topic, route.vehicleOffset, route.vehicleLength)
        demand(!name.contains(UInt8(ascii: "/")), "a vehicle of several levels: \(route)")
        demand(name.count <= DecodingLimits.vehicleNameBytesMax, "a long vehicle: \(route)")
        _ = slice(topic, route.fieldOffset, route.fieldLength)
        _ = sources.isIgnored(route)
    }

    private static func slice(_ topic: [UInt8], _ offset: UInt16, _ length: UInt16) -> [UInt8] {
        let end = Int(offset) + Int(length)
        demand(end <= topic.count, "\(offset)+\(length) in a topic of \(topic.count) bytes")
        return Array(topic[Int(offset)..<end])
    }

    /// The same bytes as an operator's template.
    private static func checkTemplate(_ text: String) {
        guard let template = try? TopicTemplate(text) else { return }
        demand(template.text == text, "the template is not as it was written")
        guard let filter = template.subscription else { return }
        demand(SubscriptionFilters.covers(filter, filter), "\(filter) does not cover itself")
        demand(
            SubscriptionFilters.withoutCovered([filter, filter]) == [filter],
            "\(filter) is subscribed to twice")
    }
}
