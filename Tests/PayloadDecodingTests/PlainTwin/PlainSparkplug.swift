import PayloadDecoding
import VehicleSignals

/// Sparkplug the obvious way: what is remembered lies in dictionaries.
struct PlainSparkplug {
    private struct Known: Equatable {
        var name: String
        var type: UInt64
    }

    private struct Owner {
        /// Aliases and names; `nil`: not born.
        var aliases: [UInt64: Known] = [:]
        var names: [String: UInt64] = [:]
        var isBorn = false
        var epoch = 0
    }

    private struct Node {
        var own = Owner()
        var devices: [String: Owner] = [:]
        var isInDoubt = false
        var epoch = 0
        var sequence: UInt64 = 0
        var bdSeq: UInt64?
    }

    private var plain: PlainDecoder
    private let definition: SparkplugDefinition
    private var nodes: [String: Node] = [:]

    init?(_ sources: CompiledSources) {
        plain = PlainDecoder(definitions: sources.definitions, catalogue: sources.catalogue)
        for topic in sources.definitions.flatMap(\.topics) {
            if case .protobuf(.sparkplug(let found)) = topic.content {
                definition = found
                return
            }
        }
        return nil
    }

    mutating func decode(
        topic: String, payload: [UInt8], arrival: Timestamp
    ) throws(DecodeError) -> Decoded? {
        guard let match = plain.topics.match(topic) else { return nil }
        plain.out = PlainOutput()
        plain.out.arrival = arrival
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let before = nodes
        do throws(DecodeError) {
            try message(levels, payload, isNamed: match.vehicle != nil)
        } catch {
            nodes = before
            throw error
        }
        var outcome = plain.out.outcome
        outcome.readings = UInt32(plain.out.readings.count)
        return Decoded(outcome: outcome, readings: plain.out.readings, texts: plain.out.texts)
    }

    private mutating func message(
        _ levels: [String], _ payload: [UInt8], isNamed: Bool
    ) throws(DecodeError) {
        let key = levels[1] + "/" + levels[3]
        let device = levels.count == 5 ? levels[4] : nil
        guard levels[2].first == (device == nil ? "N" : "D") else { return }
        let type = String(levels[2].dropFirst())
        guard ["BIRTH", "DATA", "DEATH"].contains(type) else { return }
        let fields = try PlainWire.fields(payload, 0..<payload.count)
        var metrics: [[PlainField]] = []
        for range in fields.all(2) { metrics.append(try PlainWire.fields(payload, range)) }
        var node = nodes[key] ?? Node()
        var owner = device.map { node.devices[$0] ?? Owner() } ?? node.own
        let seq = fields.varint(3)
        follow(&node, type, device, seq)
        if type == "BIRTH" {
            owner = try birth(metrics, payload)
            owner.epoch = node.epoch
        }
        let knows =
            type == "BIRTH"
            || (device == nil
                ? owner.isBorn && !node.isInDoubt
                : node.own.isBorn && owner.isBorn && owner.epoch == node.epoch)
        if type != "DEATH", isNamed {
            for metric in metrics {
                try take(metric, knows && type != "BIRTH" ? owner : nil, fields.varint(1), payload)
            }
        }
        if type == "BIRTH", device == nil {
            node.bdSeq = Self.bdSeq(metrics, payload)
        }
        if type == "DEATH" {
            if device == nil {
                if let known = node.bdSeq, let said = Self.bdSeq(metrics, payload), known != said {
                    return
                }
                nodes[key] = Node(devices: node.devices, epoch: node.epoch + 1)
                return
            }
            owner.isBorn = false
        }
        if let device { node.devices[device] = owner } else { node.own = owner }
        nodes[key] = node
    }

    private mutating func follow(
        _ node: inout Node, _ type: String, _ device: String?, _ seq: UInt64?
    ) {
        if device == nil, type == "DEATH" { return }
        if device == nil, type == "BIRTH" {
            node.isInDoubt = false
            node.epoch += 1
            node.sequence = (seq ?? 0) % 256
            return
        }
        guard node.own.isBorn else {
            plain.out.outcome.wantsRebirth = true
            return
        }
        guard let seq else { return }
        if seq % 256 != node.sequence, seq % 256 != (node.sequence + 1) % 256 {
            plain.out.outcome.wantsRebirth = true
            if !definition.keepsAliasesAfterGap {
                node.isInDoubt = true
                node.epoch += 1
            }
        }
        node.sequence = seq % 256
    }

    private func birth(
        _ metrics: [[PlainField]], _ payload: [UInt8]
    ) throws(DecodeError) -> Owner {
        var owner = Owner(isBorn: true)
        for metric in metrics {
            guard let name = Self.name(metric, payload) else { continue }
            guard name.utf8.count <= 1024 else { throw DecodeError(.tooMuchState, at: 0) }
            let type = UInt64(UInt32(truncatingIfNeeded: metric.varint(4) ?? 0))
            if let alias = metric.varint(2) {
                guard owner.aliases.updateValue(Known(name: name, type: type), forKey: alias) == nil
                else { throw DecodeError(.duplicateKey, at: 0) }
            } else if owner.names.updateValue(type, forKey: name) != nil {
                throw DecodeError(.duplicateKey, at: 0)
            }
        }
        return owner
    }

    private static func name(_ metric: [PlainField], _ payload: [UInt8]) -> String? {
        // Latin-1, so that bytes stay apart that are no UTF-8.
        metric.bytes(1).map {
            String(String.UnicodeScalarView(payload[$0].map(UnicodeScalar.init)))
        }
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
        for metric in metrics where name(metric, payload) == "bdSeq" {
            if let value = value(metric), value.number <= 11, case .varint(let word) = value.value {
                return word
            }
        }
        return nil
    }

    private mutating func take(
        _ metric: [PlainField], _ owner: Owner?, _ time: UInt64?, _ payload: [UInt8]
    ) throws(DecodeError) {
        let value = Self.value(metric)
        let needsType = value?.number == 10 || value?.number == 11
        var type = UInt64(UInt32(truncatingIfNeeded: metric.varint(4) ?? 0))
        let alias = metric.varint(2)
        var name = Self.name(metric, payload)
        if let name, name.utf8.count <= 1024 {
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
            plain.out.outcome.unexplained += 1
            plain.out.outcome.wantsRebirth = true
            return
        }
        if name == "bdSeq" || name.hasPrefix("Node Control") && name.count > 12
            || name.hasPrefix("Device Contr") && name.count > 12
        {
            return
        }
        let rules = plain.fields(ofName: name, definition.mapping)
        guard !rules.isEmpty else {
            plain.out.outcome.unknownSignals += 1
            return
        }
        let (isNull, isTransient) = (metric.varint(7) ?? 0 != 0, metric.varint(6) ?? 0 != 0)
        guard let value, !isNull, !isTransient else {
            plain.out.outcome.absent += 1
            return
        }
        let first = plain.out.readings.count
        for field in rules {
            guard let signal = plain.catalogue.id(of: field.signal) else { continue }
            try take(value, type, field, signal, payload)
        }
        settle(first, metric.varint(3) ?? time ?? 0)
    }

    private mutating func settle(_ first: Int, _ time: UInt64) {
        guard plain.out.readings.count > first, time != 0 else { return }
        guard time >= 946_684_800_000, time <= 4_102_444_800_000 else {
            plain.out.readings.removeLast(plain.out.readings.count - first)
            plain.out.outcome.outOfRange += 1
            return
        }
        for index in first..<plain.out.readings.count {
            plain.out.readings[index].time = Timestamp(milliseconds: Int64(time))
            plain.out.readings[index].timeQuality = .event
        }
    }

    private mutating func take(
        _ value: PlainField, _ type: UInt64, _ field: FieldMapping, _ signal: SignalID,
        _ payload: [UInt8]
    ) throws(DecodeError) {
        let node: PlainNode.Value
        switch (value.number, value.value) {
        case (14, .varint(let word)): node = .boolean(word != 0)
        case (12, .fixed32(let bits)):
            node = PlainDecoder.number(Double(Float(bitPattern: bits)))
        case (13, .fixed64(let bits)): node = PlainDecoder.number(Double(bitPattern: bits))
        case (15, .bytes(let range)):
            node = .text(String(decoding: payload[range], as: UTF8.self), hasEscapes: false)
        case (_, .varint(let word)):
            switch type {
            case 1: node = .number("\(Int8(truncatingIfNeeded: word))")
            case 2: node = .number("\(Int16(truncatingIfNeeded: word))")
            case 3: node = .number("\(Int32(truncatingIfNeeded: word))")
            case 4: node = .number("\(Int64(bitPattern: word))")
            default:
                guard word <= UInt64(Int64.max) else {
                    plain.out.outcome.outOfRange += 1
                    return
                }
                node = .number("\(word)")
            }
        default:
            plain.out.outcome.outOfRange += 1
            return
        }
        do throws(DecodeError) {
            try plain.scalar(
                PlainNode(start: 0, end: 0, value: node), field, signal, time: nil, quality: .event)
        } catch {
            guard error.reason == .wrongType || error.reason == .badTroubleCode else { throw error }
            plain.out.outcome.outOfRange += 1
        }
    }
}
