import PayloadDecoding

extension SourceFile {
    /// The bus of a topic with frames, with the document that stands in for payloads without.
    static func frameMapping(
        _ entry: YAMLMapping, _ documents: [String: DocumentMapping],
        _ buses: [String: CANMapping], _ used: inout Set<String>, _ usedBuses: inout Set<String>
    ) -> CANMapping? {
        let name = entry.requiredString("bus", example: buses.keys.sorted().first ?? "name")
        var otherwise: DocumentMapping?
        if let other = entry.text("else_mapping") {
            used.insert(other)
            otherwise = documents[other]
            if otherwise == nil { reportUnknown(entry, "else_mapping", other, documents.keys) }
        }
        guard let name else { return nil }
        usedBuses.insert(name)
        guard var bus = buses[name] else {
            reportUnknown(entry, "bus", name, buses.keys)
            return nil
        }
        bus.otherwise = otherwise
        return bus
    }

    private static func reportUnknown(
        _ entry: YAMLMapping, _ key: String, _ name: String, _ known: some Collection<String>
    ) {
        let names = known.sorted()
        let near = closest(to: name, in: names).map { "did you mean \($0)? " } ?? ""
        entry.report(
            key, "there is no \(key == "bus" ? "bus" : "mapping") \(name) without mistakes",
            remedy: near + "write one of " + names.joined(separator: ", "))
    }

    static func frameTopic(
        _ entry: YAMLMapping, _ template: TopicTemplate, _ bus: CANMapping
    ) -> TopicDefinition? {
        guard template.namesVehicle else {
            entry.report(
                "topic", "frames name no vehicle, and the topic does not either",
                remedy: "write {vehicle} in the topic")
            return nil
        }
        return TopicDefinition(template: template, content: .can(bus))
    }
}
