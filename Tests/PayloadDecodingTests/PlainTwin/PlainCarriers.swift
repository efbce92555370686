import PayloadDecoding
import VehicleSignals

/// One frame, as its carrier brought it.
struct PlainFrame {
    /// Where in the payload it stands.
    var start: Int
    var time: Int64?
    /// The interface or bus, as it is written.
    var bus: [UInt8] = []
    var id: UInt32
    var isExtended: Bool
    var data: [UInt8]
}

/// Lines of `candump -L`, word by word.
struct PlainCandump {
    let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func frames() throws(DecodeError) -> [PlainFrame] {
        var frames: [PlainFrame] = []
        while true {
            skip([0x20, 0x09, 0x0A, 0x0D])
            guard at < bytes.count else { return frames }
            if let frame = try line() { frames.append(frame) }
        }
    }

    private mutating func skip(_ spaces: Set<UInt8>) {
        while at < bytes.count, spaces.contains(bytes[at]) { at += 1 }
    }

    private func current() throws(DecodeError) -> UInt8 {
        guard at < bytes.count else { throw DecodeError(.truncated, at: at) }
        return bytes[at]
    }

    private func isHex(_ place: Int) -> Bool {
        place < bytes.count && Character(UnicodeScalar(bytes[place])).isHexDigit
            && bytes[place] < 0x80
    }

    /// `nil` for a frame that brings nothing: a remote frame or an error.
    private mutating func line() throws(DecodeError) -> PlainFrame? {
        var frame = PlainFrame(start: at, id: 0, isExtended: false, data: [])
        if bytes[at] == UInt8(ascii: "(") {
            frame.time = try time()
            skip([0x20, 0x09])
        }
        let word = bytes[at...].prefix { $0 > 0x20 }
        if !word.contains(UInt8(ascii: "#")) {
            frame.bus = Array(word)
            at += word.count
            skip([0x20, 0x09])
        }
        frame.start = at
        let isData = try content(&frame)
        skip([0x20, 0x09])
        if at < bytes.count, bytes[at] > 0x20 {
            let ends = at + 1 == bytes.count || bytes[at + 1] <= 0x20
            guard ends, [UInt8(ascii: "R"), UInt8(ascii: "T")].contains(bytes[at]) else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            at += 1
        }
        return isData ? frame : nil
    }

    private mutating func time() throws(DecodeError) -> Int64? {
        at += 1
        var parser = PlainParser(bytes)
        parser.at = at
        let text = try parser.number()
        at = parser.at
        guard try current() == UInt8(ascii: ")") else {
            throw DecodeError(.unexpectedByte, at: at)
        }
        at += 1
        guard let time = PlainDecoder.milliseconds(text, .epochSeconds),
            time >= DecodingLimits.earliestTime, time <= DecodingLimits.latestTime
        else { return nil }
        return time
    }

    private mutating func content(_ frame: inout PlainFrame) throws(DecodeError) -> Bool {
        var digits = ""
        while isHex(at), digits.count < 9 {
            digits.append(Character(UnicodeScalar(bytes[at])))
            at += 1
        }
        guard try current() == UInt8(ascii: "#") else {
            throw DecodeError(.unexpectedByte, at: at)
        }
        at += 1
        guard let number = UInt32(digits, radix: 16),
            digits.count == 3 && number <= 0x7FF || digits.count == 8
        else {
            throw DecodeError(.unexpectedByte, at: frame.start)
        }
        frame.isExtended = digits.count == 8
        frame.id = number & 0x1FFF_FFFF
        let isError = frame.isExtended && number & 0x2000_0000 != 0
        guard at < bytes.count else { return !isError }
        if bytes[at] == UInt8(ascii: "R") || bytes[at] == UInt8(ascii: "r") {
            at += isHex(at + 1) ? 2 : 1
            return false
        }
        let isFlexible = bytes[at] == UInt8(ascii: "#")
        if isFlexible {
            at += 1
            _ = try current()
            guard isHex(at) else { throw DecodeError(.unexpectedByte, at: at) }
            at += 1
        }
        while isHex(at) {
            guard at + 1 < bytes.count else { throw DecodeError(.truncated, at: at + 1) }
            guard isHex(at + 1), frame.data.count < (isFlexible ? 64 : 8) else {
                throw DecodeError(.unexpectedByte, at: at)
            }
            let text = String(decoding: bytes[at...at + 1], as: UTF8.self)
            frame.data.append(UInt8(text, radix: 16) ?? 0)
            at += 2
        }
        return !isError
    }
}

// The adapter's JSON, out of a tree.
extension PlainDecoder {
    private static let frameKeys: Set<String> = [
        "frame", "type", "id", "dlc", "rtr", "extd", "data", "bus",
    ]

    /// `nil` where the payload has no frames because it is something else.
    func wicanFrames(_ payload: [UInt8]) throws(DecodeError) -> [PlainFrame]? {
        let root = try PlainParser.parse(payload)
        guard let members = root.members else { throw DecodeError(.wrongType, at: root.start) }
        try refuseTwice(members, of: Self.frameKeys)
        guard let list = members.first(where: { $0.key == "frame" })?.node else { return nil }
        guard case .list(let items) = list.value else {
            throw DecodeError(.wrongType, at: list.start)
        }
        func written(_ key: String) -> [UInt8]? {
            guard let node = members.first(where: { $0.key == key })?.node else { return nil }
            if case .text = node.value { return Array(payload[node.start + 1..<node.end - 1]) }
            return key == "bus" ? Array(payload[node.start..<node.end]) : nil
        }
        var frames: [PlainFrame] = []
        for item in items {
            guard var frame = try wicanFrame(item) else { continue }
            frame.bus = written("bus") ?? []
            frames.append(frame)
        }
        let type = written("type") ?? []
        return type.count == 2 && type[0] == UInt8(ascii: "t") ? [] : frames
    }

    private func wicanFrame(_ item: PlainNode) throws(DecodeError) -> PlainFrame? {
        guard let members = item.members else { throw DecodeError(.wrongType, at: item.start) }
        try refuseTwice(members, of: Self.frameKeys)
        var id: Int64?
        var length = Int64.max
        var (isRemote, isExtended) = (false, false)
        var data: [UInt8] = []
        for member in members {
            switch member.key {
            case "id": id = try whole(member.node, 0...0x1FFF_FFFF)
            case "dlc": length = try whole(member.node, 0...64)
            case "rtr": isRemote = try truth(member.node)
            case "extd": isExtended = try truth(member.node)
            case "data":
                guard case .list(let items) = member.node.value else {
                    throw DecodeError(.wrongType, at: member.node.start)
                }
                for (index, item) in items.enumerated() {
                    let value = try whole(item, 0...255)
                    guard index < 64 else { throw DecodeError(.wrongType, at: item.start) }
                    data.append(UInt8(value))
                }
            default: break
            }
        }
        guard let id else { throw DecodeError(.wrongType, at: item.start) }
        if isRemote { return nil }
        return PlainFrame(
            start: item.start, id: UInt32(id), isExtended: isExtended || id > 0x7FF,
            data: Array(data.prefix(Int(min(length, 64)))))
    }

    private func whole(
        _ node: PlainNode, _ range: ClosedRange<Int64>
    ) throws(DecodeError) -> Int64 {
        guard case .number(let text) = node.value, let value = Self.wholeNumber(text),
            range.contains(value)
        else { throw DecodeError(.wrongType, at: node.start) }
        return value
    }

    private func truth(_ node: PlainNode) throws(DecodeError) -> Bool {
        guard case .boolean(let value) = node.value else {
            throw DecodeError(.wrongType, at: node.start)
        }
        return value
    }
}
