public import VehicleSignals

/// What to publish so that a Sparkplug node sends its births again.
public struct RebirthRequest: Sendable, Equatable {
    public var topic: [UInt8]
    public var payload: [UInt8]
}

extension CompiledSources {
    /// The request for the node that a topic belongs to; `nil` where the source's file does not
    /// allow one, or the route is not one of Sparkplug's. To be sent at QoS 0, not retained, and
    /// seldom: see ``DecodeOutcome/wantsRebirth``.
    public func rebirthRequest(
        _ route: Route, topic: RawSpan, now: Timestamp
    ) -> RebirthRequest? {
        let template = topics.templates[Int(route.template)]
        guard template.content == .protobuf else { return nil }
        let layout = protobuf.layouts[Int(template.layout)]
        guard layout.kind == .sparkplug, layout.allowsRebirthRequests, now.milliseconds >= 0,
            let place = SparkplugTopic(topic)
        else { return nil }
        var name = Array("spBv1.0/".utf8)
        name.append(topic, from: place.group.start, count: place.group.count)
        name += Array("/NCMD/".utf8)
        name.append(topic, from: place.edge.start, count: place.edge.count)
        var time: [UInt8] = []
        time.append(varint: UInt64(now.milliseconds))
        let metricName = Array("Node Control/Rebirth".utf8)
        // name (1), timestamp (3), datatype Boolean (4), boolean_value true (14)
        let metric: [UInt8] =
            [0x0A, UInt8(metricName.count)] + metricName + [0x18] + time
            + [0x20, 11, 0x70, 1]
        // timestamp (1), metrics (2)
        let payload: [UInt8] = [0x08] + time + [0x12, UInt8(metric.count)] + metric
        return RebirthRequest(topic: name, payload: payload)
    }

    /// A number for the edge node that a topic belongs to, the same for all its devices; `nil`
    /// where the source's file does not allow a request. Two nodes may share one, seldom.
    public func rebirthNode(_ route: Route, topic: RawSpan) -> UInt64? {
        let template = topics.templates[Int(route.template)]
        guard template.content == .protobuf else { return nil }
        let layout = protobuf.layouts[Int(template.layout)]
        guard layout.kind == .sparkplug, layout.allowsRebirthRequests,
            let place = SparkplugTopic(topic)
        else { return nil }
        let group = topic.stableHash(
            from: place.group.start, count: place.group.count, seed: UInt64(route.source.number))
        return topic.stableHash(from: place.edge.start, count: place.edge.count, seed: group)
    }

    /// The topics on which requests for births may be published, as MQTT filters: those of the
    /// edge nodes whose sources' files allow it; a level that a file describes by a pattern is `+`
    /// here. Empty as shipped.
    public var rebirthFilters: [String] {
        SubscriptionFilters.withoutCovered(
            definitions.flatMap(\.topics).compactMap { topic in
                guard case .protobuf(.sparkplug(let content)) = topic.content,
                    content.allowsRebirthRequests
                else { return nil }
                let levels = topic.template.segments
                func level(_ place: Int) -> String {
                    if case .literal(let text) = levels[place] { return text }
                    return "+"
                }
                return "spBv1.0/\(level(1))/NCMD/\(level(3))"
            })
    }

    /// Whether every worker must decode the messages of this route, since what it remembers of a
    /// sender concerns several vehicles, or a vehicle that may be linked later. Only the worker
    /// that owns the message's vehicle counts and applies it.
    public func isHeardByAll(_ route: Route) -> Bool {
        let template = topics.templates[Int(route.template)]
        return template.content == .protobuf
            && protobuf.layouts[Int(template.layout)].kind == .sparkplug
    }
}
