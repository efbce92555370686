import PayloadDecoding
import VehicleSignals

// FleetWise's `VehicleData` the obvious way, and Snappy blocks likewise.

enum PlainSnappy {
    /// `nil` if the block does not unpack, or to more than 4 MiB.
    static func unpack(_ block: [UInt8]) -> [UInt8]? {
        var rest = block[...]
        var size = 0
        var shift = 0
        repeat {
            guard let byte = rest.first, shift < 35 else { return nil }
            size |= Int(byte & 0x7F) << shift
            shift += 7
        } while rest.removeFirst() >= 0x80
        guard size <= 4_194_304 else { return nil }
        var out: [UInt8] = []
        func take(_ count: Int) -> [UInt8]? {
            guard rest.count >= count else { return nil }
            defer { rest.removeFirst(count) }
            return Array(rest.prefix(count))
        }
        func number(_ bytes: [UInt8]) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
        while let tag = rest.popFirst() {
            if tag & 3 == 0 {
                var length = Int(tag >> 2) + 1
                if length > 60 {
                    guard let bytes = take(length - 60) else { return nil }
                    length = number(bytes) + 1
                }
                guard let bytes = take(length) else { return nil }
                out += bytes
            } else {
                let kind = Int(tag & 3)
                guard let bytes = take(kind == 3 ? 4 : kind) else { return nil }
                let length = kind == 1 ? Int(tag >> 2 & 7) + 4 : Int(tag >> 2) + 1
                let offset = kind == 1 ? Int(tag >> 5) << 8 | Int(bytes[0]) : number(bytes)
                guard offset > 0, offset <= out.count else { return nil }
                for _ in 0..<length { out.append(out[out.count - offset]) }
            }
            guard out.count <= size else { return nil }
        }
        return out.count == size ? out : nil
    }

    /// Whether the bytes begin with a length and a literal that fits in.
    static func beginsAsBlock(_ bytes: [UInt8]) -> Bool {
        guard let last = bytes.prefix(5).firstIndex(where: { $0 < 0x80 }), last + 1 < bytes.count
        else { return false }
        let size = bytes[...last].reversed().reduce(0) { $0 << 7 | Int($1 & 0x7F) }
        let tag = bytes[last + 1]
        return size > 0 && tag % 4 == 0 && (tag >= 240 || Int(tag / 4) < size)
    }

    /// Whether bytes that do not unpack begin like a message that begins with one of `heads`, and
    /// not like a block that holds one.
    static func isRatherPlain(_ bytes: [UInt8], _ heads: [UInt8]) -> Bool {
        guard let first = bytes.first, heads.contains(first) else { return false }
        // A head is less than 128, so it would be the whole length of a block.
        let size = Int(first)
        guard bytes.count > 1, bytes.count <= 32 + size + size / 6, bytes[1] % 4 == 0 else {
            return true
        }
        let short = Int(bytes[1] / 4)
        let more = max(0, short - 59)
        guard bytes.count > 2 + more else { return true }
        let length = bytes[2..<(2 + more)].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard (more > 0 ? length : short) < size, heads.contains(bytes[2 + more]) else {
            return true
        }
        let content = bytes[(2 + more)...]
        // A field of bytes has to fit.
        return content[content.startIndex] % 8 == 2 && content.count > 1
            && Int(content[content.startIndex + 1]) > size - 2
    }
}

extension PlainDecoder {
    mutating func fleetWise(
        _ payload: [UInt8], _ definition: FleetWiseDefinition
    ) throws(DecodeError) {
        if definition.compression != .on,
            let fields = try? PlainWire.fields(payload, 0..<payload.count),
            definition.compression == .off || !(fields.bytes(2) ?? 0..<0).isEmpty
        {
            return try vehicleData(payload, fields, definition)
        }
        guard let unpacked = PlainSnappy.unpack(payload) else {
            let heads: [UInt8] = [0x0A, 0x12, 0x18, 0x20, 0x2A, 0x32, 0x4A]
            guard definition.compression == .auto, PlainSnappy.isRatherPlain(payload, heads) else {
                throw DecodeError(.badCompression, at: 0)
            }
            let fields = try PlainWire.fields(payload, 0..<payload.count)
            throw DecodeError(.unknownManifest, at: fields.bytes(2)?.lowerBound ?? 0)
        }
        try vehicleData(
            unpacked, PlainWire.fields(unpacked, 0..<unpacked.count), definition)
    }

    private mutating func vehicleData(
        _ bytes: [UInt8], _ fields: [PlainField], _ definition: FleetWiseDefinition
    ) throws(DecodeError) {
        let name = fields.bytes(2) ?? 0..<0
        let syncID = String(validating: bytes[name], as: UTF8.self)
        guard let manifest = syncID.flatMap({ definition.manifests[$0] }) else {
            throw DecodeError(.unknownManifest, at: name.lowerBound)
        }
        let base = fields.varint(4) ?? 0
        for field in fields {
            guard case .bytes(let range) = field.value else { continue }
            let first = out.readings.count
            var relative: Int64 = 0
            if field.number == 5 {
                relative = try capturedSignal(bytes, range, manifest)
            } else if field.number == 6 {
                relative = try activeCodes(bytes, range, manifest)
            }
            guard base > 0, out.readings.count > first else { continue }
            guard base < 1 << 62, let time = Self.time(Int64(base), relative) else {
                throw DecodeError(.badTime, at: range.lowerBound)
            }
            for index in first..<out.readings.count {
                out.readings[index].time = Timestamp(milliseconds: time)
                out.readings[index].timeQuality = .event
            }
        }
    }

    private static func time(_ base: Int64, _ relative: Int64) -> Int64? {
        let (sum, overflow) = base.addingReportingOverflow(relative)
        return !overflow && sum >= 946_684_800_000 && sum <= 4_102_444_800_000 ? sum : nil
    }

    private static func relative(_ fields: [PlainField]) -> Int64 {
        let word = fields.varint(1) ?? 0
        return word & 1 == 0 ? Int64(word / 2) : -Int64(word / 2) - 1
    }

    private mutating func capturedSignal(
        _ bytes: [UInt8], _ range: Range<Int>, _ manifest: DocumentMapping
    ) throws(DecodeError) -> Int64 {
        let fields = try PlainWire.fields(bytes, range)
        var id: UInt32?
        var value: PlainField?
        for field in fields {
            switch (field.number, field.value) {
            case (2, .varint(let word)): id = UInt32(truncatingIfNeeded: word)
            case (10, .bytes): id = nil
            case (3, .fixed64), (4, .bytes): value = field
            default: break
            }
        }
        guard let id, let field = manifest.fields.first(where: { $0.path == [.key("\(id)")] }),
            let signal = catalogue.id(of: field.signal)
        else {
            out.outcome.unknownSignals += 1
            return Self.relative(fields)
        }
        var node = PlainNode.Value.null
        switch value?.value {
        case .fixed64(let bits):
            let number = Double(bitPattern: bits)
            let isTruth = catalogue[signal].datatype == .boolean && (number == 0 || number == 1)
            node = isTruth ? .boolean(number == 1) : Self.number(number)
        case .bytes(let text):
            node = .text(String(decoding: bytes[text], as: UTF8.self), hasEscapes: false)
        default: break
        }
        do throws(DecodeError) {
            try scalar(
                PlainNode(start: 0, end: 0, value: node), field, signal, time: nil, quality: .event)
        } catch {
            guard error.reason == .wrongType else { throw error }
            out.outcome.outOfRange += 1
        }
        return Self.relative(fields)
    }

    private mutating func activeCodes(
        _ bytes: [UInt8], _ range: Range<Int>, _ manifest: DocumentMapping
    ) throws(DecodeError) -> Int64 {
        guard let field = manifest.fields.first(where: { $0.path == ["dtc"] }),
            let signal = catalogue.id(of: field.signal)
        else { return 0 }
        let fields = try PlainWire.fields(bytes, range)
        let texts = fields.all(2)
        let codes = texts.compactMap { TroubleCode(String(decoding: bytes[$0], as: UTF8.self)) }
        out.outcome.outOfRange += UInt32(texts.count - codes.count)
        if codes.isEmpty, !texts.isEmpty { return Self.relative(fields) }
        out.add(signal, .listCount, UInt64(codes.count), time: nil, quality: .event)
        for code in codes {
            out.add(signal, .troubleCode, UInt64(code.packed), time: nil, quality: .event)
        }
        return Self.relative(fields)
    }
}

extension PlainSnappy {
    /// Whether two errors say the same; of a block that does not unpack the twin knows no more.
    static func agree(_ fast: DecodeError, _ plain: DecodeError) -> Bool {
        guard plain.reason == .badCompression else { return fast.reason == plain.reason }
        switch fast.reason {
        case .badCompression, .inflatedTooLarge, .truncated, .badVarint: return true
        default: return false
        }
    }
}
