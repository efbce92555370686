import PayloadDecoding
import VehicleSignals

// Sparkplug the obvious way: what is remembered lies in dictionaries.

/// An edge node, and what it said last.
struct PlainEdgeNode {
    struct Known {
        var name: [UInt8]
        var type: UInt64
    }

    /// The node itself or a device, and what its metrics are.
    struct Owner {
        var aliases: [UInt64: Known] = [:]
        /// Of metrics without an alias.
        var names: [[UInt8]: UInt64] = [:]
        var isBorn = false
        var epoch = 0
    }

    var own = Owner()
    var devices: [String: Owner] = [:]
    var isInDoubt = false
    var epoch = 0
    var sequence: UInt64 = 0
    var bdSeq: UInt64?
}

extension PlainDecoder {
    mutating func sparkplug(
        _ payload: [UInt8], _ definition: SparkplugDefinition, _ match: PlainTopics.Match,
        topic: String
    ) throws(DecodeError) {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let key = "\(match.source) \(levels[1])/\(levels[3])"
        let device = levels.count == 5 ? levels[4] : nil
        guard levels[2].first == (device == nil ? "N" : "D") else { return }
        let type = String(levels[2].dropFirst())
        guard ["BIRTH", "DATA", "DEATH"].contains(type) else { return }
        let fields = try PlainWire.fields(payload, 0..<payload.count)
        var metrics: [[PlainField]] = []
        for range in fields.all(2) { metrics.append(try PlainWire.fields(payload, range)) }
        var node = edgeNodes[key] ?? PlainEdgeNode()
        var owner = device.map { node.devices[$0] ?? PlainEdgeNode.Owner() } ?? node.own
        follow(&node, type, device, fields.varint(3), keepsAliases: definition.keepsAliasesAfterGap)
        if type == "BIRTH" {
            owner = try Self.birth(metrics, payload)
            owner.epoch = node.epoch
        }
        let knows =
            type != "BIRTH"
            && (device == nil
                ? owner.isBorn && !node.isInDoubt
                : node.own.isBorn && owner.isBorn && owner.epoch == node.epoch)
        if type != "DEATH", match.vehicle != nil {
            for metric in metrics {
                try take(
                    metric, knows ? owner : nil, definition.mapping, fields.varint(1), payload)
            }
        }
        // Nothing is thrown from here on, so that what is refused leaves nothing.
        if type == "BIRTH", device == nil { node.bdSeq = Self.bdSeq(metrics, payload) }
        if type == "DEATH" {
            if device == nil {
                if let known = node.bdSeq, let said = Self.bdSeq(metrics, payload), known != said {
                    return
                }
                edgeNodes[key] = PlainEdgeNode(devices: node.devices, epoch: node.epoch + 1)
                return
            }
            owner.isBorn = false
        }
        if let device { node.devices[device] = owner } else { node.own = owner }
        edgeNodes[key] = node
    }

    private mutating func follow(
        _ node: inout PlainEdgeNode, _ type: String, _ device: String?, _ seq: UInt64?,
        keepsAliases: Bool
    ) {
        if device == nil, type == "DEATH" { return }
        if device == nil, type == "BIRTH" {
            node.isInDoubt = false
            node.epoch += 1
            node.sequence = (seq ?? 0) % 256
            return
        }
        guard node.own.isBorn else {
            out.outcome.wantsRebirth = true
            return
        }
        guard let seq else { return }
        if seq % 256 != node.sequence, seq % 256 != (node.sequence + 1) % 256 {
            out.outcome.wantsRebirth = true
            if !keepsAliases {
                node.isInDoubt = true
                node.epoch += 1
            }
        }
        node.sequence = seq % 256
    }

    private static func birth(
        _ metrics: [[PlainField]], _ payload: [UInt8]
    ) throws(DecodeError) -> PlainEdgeNode.Owner {
        var owner = PlainEdgeNode.Owner(isBorn: true)
        for metric in metrics {
            guard let name = name(metric, payload) else { continue }
            guard name.count <= 1024 else { throw DecodeError(.tooMuchState, at: 0) }
            let type = UInt64(UInt32(truncatingIfNeeded: metric.varint(4) ?? 0))
            if let alias = metric.varint(2) {
                guard owner.aliases[alias] == nil else { throw DecodeError(.duplicateKey, at: 0) }
                owner.aliases[alias] = PlainEdgeNode.Known(name: name, type: type)
            } else if owner.names.updateValue(type, forKey: name) != nil {
                throw DecodeError(.duplicateKey, at: 0)
            }
        }
        return owner
    }

    private static func name(_ metric: [PlainField], _ payload: [UInt8]) -> [UInt8]? {
        metric.bytes(1).map { Array(payload[$0]) }
    }

    private static func value(_ metric: [PlainField]) -> PlainField? {
        metric.last {
            switch ($0.number, $0.value) {
            case (10, .varint), (11, .varint), (14, .varint), (12, .fixed32), (13, .fixed64),
                (15...19, .bytes):
                true
            default: false
            }
        }
    }

    private static func bdSeq(_ metrics: [[PlainField]], _ payload: [UInt8]) -> UInt64? {
        for metric in metrics where name(metric, payload) == Array("bdSeq".utf8) {
            if let value = value(metric), value.number <= 11, case .varint(let word) = value.value {
                return word
            }
        }
        return nil
    }

    private mutating func take(
        _ metric: [PlainField], _ owner: PlainEdgeNode.Owner?, _ mapping: DocumentMapping,
        _ time: UInt64?, _ payload: [UInt8]
    ) throws(DecodeError) {
        let value = Self.value(metric)
        let needsType = value?.number == 10 || value?.number == 11
        var type = UInt64(UInt32(truncatingIfNeeded: metric.varint(4) ?? 0))
        let alias = metric.varint(2)
        var name = Self.name(metric, payload)
        if let name, name.count <= 1024 {
            if type == 0, needsType {
                let known = alias.flatMap { owner?.aliases[$0] }
                type =
                    alias == nil
                    ? owner?.names[name] ?? 0 : known?.name == name ? known?.type ?? 0 : 0
            }
        } else if let known = alias.flatMap({ owner?.aliases[$0] }), name == nil {
            name = known.name
            if type == 0 { type = known.type }
        } else {
            name = nil
        }
        guard let name, type != 0 || !needsType else {
            out.outcome.unexplained += 1
            out.outcome.wantsRebirth = true
            return
        }
        if name == Array("bdSeq".utf8) || name.starts(with: "Node Control/".utf8)
            || name.starts(with: "Device Control/".utf8)
        {
            return
        }
        // What is no UTF-8 is nobody's name.
        let rules =
            String(validating: name, as: UTF8.self).map { fields(ofName: $0, mapping) } ?? []
        guard !rules.isEmpty else {
            out.outcome.unknownSignals += 1
            return
        }
        let (isNull, isTransient) = (metric.varint(7) ?? 0 != 0, metric.varint(6) ?? 0 != 0)
        guard let value, !isNull, !isTransient else {
            out.outcome.absent += 1
            return
        }
        let first = out.readings.count
        for field in rules {
            guard let signal = catalogue.id(of: field.signal) else { continue }
            try take(value, type, field, signal, payload)
        }
        settle(first, metric.varint(3) ?? time ?? 0)
    }

    private mutating func settle(_ first: Int, _ time: UInt64) {
        guard out.readings.count > first, time != 0 else { return }
        guard time >= 946_684_800_000, time <= 4_102_444_800_000 else {
            out.readings.removeLast(out.readings.count - first)
            out.outcome.outOfRange += 1
            return
        }
        for index in first..<out.readings.count {
            out.readings[index].time = Timestamp(milliseconds: Int64(time))
            out.readings[index].timeQuality = .event
        }
    }

    private mutating func take(
        _ value: PlainField, _ type: UInt64, _ field: FieldMapping, _ signal: SignalID,
        _ payload: [UInt8]
    ) throws(DecodeError) {
        switch (value.number, value.value) {
        case (14, .varint(let word)): try typed(.boolean(word != 0), field, signal)
        case (12, .fixed32(let bits)):
            try typed(Self.number(Double(Float(bitPattern: bits))), field, signal)
        case (13, .fixed64(let bits)):
            try typed(Self.number(Double(bitPattern: bits)), field, signal)
        case (15, .bytes(let range)):
            do throws(DecodeError) { try typedText(payload[range], field, signal) } catch {
                guard error.reason == .invalidUTF8 else { throw error }
                out.outcome.outOfRange += 1
            }
        case (_, .varint(let word)):
            if let number = Self.digits(word, type) {
                try typed(.number(number), field, signal)
            } else {
                out.outcome.outOfRange += 1
            }
        default: out.outcome.outOfRange += 1
        }
    }

    /// The digits of a whole number of that datatype; `nil` beyond what a signal can hold.
    private static func digits(_ word: UInt64, _ type: UInt64) -> String? {
        switch type {
        case 1: "\(Int8(truncatingIfNeeded: word))"
        case 2: "\(Int16(truncatingIfNeeded: word))"
        case 3: "\(Int32(truncatingIfNeeded: word))"
        case 4: "\(Int64(bitPattern: word))"
        default: word <= UInt64(Int64.max) ? "\(word)" : nil
        }
    }
}
