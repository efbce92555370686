import PayloadDecoding
import VehicleSignals

// FleetWise's last known state the obvious way: the vehicle's message and the cloud's.

extension PlainDecoder {
    /// What unpacks is a block, unless the source says that nothing is or that all is.
    mutating func stateData(
        _ payload: [UInt8], _ definition: FleetWiseDefinition
    ) throws(DecodeError) {
        var content = payload
        if definition.compression != .off {
            if let unpacked = PlainSnappy.unpack(payload),
                !unpacked.isEmpty || definition.compression == .on
            {
                content = unpacked
            } else if definition.compression == .on {
                throw DecodeError(.badCompression, at: 0)
            }
        }
        let fields: [PlainField]
        do throws(DecodeError) {
            fields = try PlainWire.fields(content, 0..<content.count)
        } catch {
            // Neither a message nor a block.
            guard definition.compression == .auto, content == payload,
                PlainSnappy.beginsAsBlock(payload),
                !PlainSnappy.isRatherPlain(payload, [0x10, 0x32])
            else { throw error }
            throw DecodeError(.badCompression, at: 0)
        }
        for group in fields.all(6) {
            let parts = try PlainWire.fields(content, group)
            let name = parts.bytes(1).flatMap { String(validating: content[$0], as: UTF8.self) }
            guard let template = definition.manifests[name ?? ""] else {
                throw DecodeError(.unknownManifest, at: group.lowerBound)
            }
            for part in parts.all(2) {
                let signal = try PlainWire.fields(content, part)
                let number = UInt32(truncatingIfNeeded: signal.varint(1) ?? 0)
                let rules = template.fields.filter { $0.path == [.key("\(number)")] }
                try state(signal, rules, content)
            }
        }
        try setStateTime(fields.varint(2) ?? 0)
    }

    mutating func cloudState(
        _ payload: [UInt8], _ mapping: DocumentMapping
    ) throws(DecodeError) {
        let fields = try PlainWire.fields(payload, 0..<payload.count)
        for part in fields.all(3) {
            let signal = try PlainWire.fields(payload, part)
            let name = signal.bytes(1).flatMap { String(validating: payload[$0], as: UTF8.self) }
            try state(signal, self.fields(ofName: name ?? "", mapping), payload)
        }
        try setStateTime(fields.varint(1) ?? 0)
    }

    /// What a name means: what the mapping says, else the signal of that path.
    func fields(ofName name: String, _ mapping: DocumentMapping) -> [FieldMapping] {
        let own = mapping.fields.filter { $0.path == [.key(name)] }
        if !own.isEmpty { return own }
        for path in [name, name.replacing("/", with: ".")] where catalogue.id(of: path) != nil {
            return [FieldMapping(path: [.key(name)], signal: path)]
        }
        for path in [name, name.replacing("/", with: ".")] {
            for signal in catalogue.definitions {
                for spelling in signal.spellings
                where spelling.path == path && spelling.editions.contains(6) {
                    return [
                        FieldMapping(path: [.key(name)], signal: signal.path, unit: spelling.unit)
                    ]
                }
            }
        }
        return []
    }

    private mutating func setStateTime(_ time: UInt64) throws(DecodeError) {
        guard time > 0, !out.readings.isEmpty else { return }
        guard time >= 946_684_800_000, time <= 4_102_444_800_000 else {
            throw DecodeError(.badTime, at: 0)
        }
        for index in out.readings.indices {
            out.readings[index].time = Timestamp(milliseconds: Int64(time))
            out.readings[index].timeQuality = .event
        }
    }

    private mutating func state(
        _ signal: [PlainField], _ rules: [FieldMapping], _ bytes: [UInt8]
    ) throws(DecodeError) {
        if rules.isEmpty { out.outcome.unknownSignals += 1 }
        for rule in rules {
            guard let id = catalogue.id(of: rule.signal) else { continue }
            switch (Self.stateNode(signal, bytes), catalogue[id].datatype) {
            case (nil, _): out.outcome.outOfRange += 1
            case (.text, _): try typedText(bytes[signal.all(13).last ?? 0..<0], rule, id)
            case (.number(let text), .boolean)
            where rule.words.isEmpty && ["0", "1"].contains(text):
                try typed(.boolean(text == "1"), rule, id)
            case (.some(let value), _): try typed(value, rule, id)
            }
        }
    }

    /// A value whose kind the payload says; one that the signal cannot have is counted.
    mutating func typed(
        _ value: PlainNode.Value, _ rule: FieldMapping, _ signal: SignalID
    ) throws(DecodeError) {
        do throws(DecodeError) {
            try scalar(
                PlainNode(start: 0, end: 0, value: value), rule, signal, time: nil, quality: .event)
        } catch {
            guard error.reason == .wrongType else { throw error }
            out.outcome.outOfRange += 1
        }
    }

    /// A text, of which a list of trouble codes takes one; what is kept as a text must be UTF-8.
    mutating func typedText(
        _ bytes: ArraySlice<UInt8>, _ rule: FieldMapping, _ signal: SignalID
    ) throws(DecodeError) {
        let definition = catalogue[signal]
        let text = String(decoding: bytes, as: UTF8.self)
        if let found = word(text, rule, definition) {
            return use(found, signal, time: nil, quality: .event)
        }
        if definition.datatype == .troubleCodes {
            guard let code = TroubleCode(text) else {
                out.outcome.outOfRange += 1
                return
            }
            out.add(signal, .listCount, 1, time: nil, quality: .event)
            out.add(signal, .troubleCode, UInt64(code.packed), time: nil, quality: .event)
            return
        }
        if definition.datatype == .string, definition.allowed.isEmpty,
            String(validating: bytes, as: UTF8.self) == nil
        {
            throw DecodeError(.invalidUTF8, at: 0)
        }
        try typed(.text(text, hasEscapes: false), rule, signal)
    }

    /// The last value of a signal as JSON would write it; `nil` where it does not fit its field.
    private static func stateNode(_ signal: [PlainField], _ bytes: [UInt8]) -> PlainNode.Value? {
        for field in signal.reversed() {
            switch (field.number, field.value) {
            case (2, .fixed64(let bits)): return number(Double(bitPattern: bits))
            case (3, .varint(let word)): return .boolean(word != 0)
            case (4...11, .varint(let word)):
                return stateInteger(field.number, word).map { .number($0) }
            case (12, .fixed32(let bits)): return number(Double(Float(bitPattern: bits)))
            case (13, .bytes(let text)):
                return .text(String(decoding: bytes[text], as: UTF8.self), hasEscapes: false)
            default: continue
            }
        }
        return .null
    }

    /// The digits of a whole number; `nil` beyond what the field or a signal can hold.
    private static func stateInteger(_ field: Int, _ word: UInt64) -> String? {
        // Fields of up to 32 bits keep the lowest 32.
        let bits = field < 10 ? word % (1 << 32) : word
        guard [4, 6, 8, 10].contains(field) else {
            let highest: [Int: UInt64] = [
                5: 255, 7: 65_535, 9: 4_294_967_295, 11: 9_223_372_036_854_775_807,
            ]
            return bits <= highest[field] ?? 0 ? "\(bits)" : nil
        }
        let half = bits / 2
        let value = bits % 2 == 0 ? Int64(half) : -1 - Int64(half)
        let bounds: [Int: ClosedRange<Int64>] = [4: -128...127, 6: -32_768...32_767]
        if let bounds = bounds[field], !bounds.contains(value) { return nil }
        return "\(value)"
    }
}
