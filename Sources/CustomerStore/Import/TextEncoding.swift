/// The encodings in which people's spreadsheets come.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// Windows-1252, of which Latin-1 is the part without the signs at 0x80–0x9F.
    case windows1252 = "Windows-1252"
}

/// Looks at all bytes of a file, chunk by chunk, and tells the encoding.
///
/// A byte order mark decides. Without one, zero bytes at every other place mean UTF-16. Otherwise
/// it is UTF-8 if the bytes are UTF-8, or nearly so (a few broken places among many good ones: then
/// those rows are rejected), and Windows-1252 if not.
struct EncodingDetector {
    private var head: [UInt8] = []
    private var evenZeros = 0
    private var oddZeros = 0
    private var seen = 0
    private var multibyte = 0
    private var broken = 0
    private var pending = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    mutating func feed(_ chunk: [UInt8]) {
        if head.count < 3 { head += chunk.prefix(3 - head.count) }
        for byte in chunk {
            if byte == 0 {
                if seen & 1 == 0 { evenZeros += 1 } else { oddZeros += 1 }
            }
            seen += 1
            step(byte)
        }
    }

    /// One byte of the UTF-8 grammar (RFC 3629): overlong forms and surrogates are broken.
    private mutating func step(_ byte: UInt8) {
        if pending > 0 {
            if byte >= low, byte <= high {
                pending -= 1
                low = 0x80
                high = 0xBF
                if pending == 0 { multibyte += 1 }
                return
            }
            broken += 1
            pending = 0
        }
        low = 0x80
        high = 0xBF
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: pending = 1
        case 0xE0: (pending, low) = (2, 0xA0)
        case 0xED: (pending, high) = (2, 0x9F)
        case 0xE1...0xEF: pending = 2
        case 0xF0: (pending, low) = (3, 0x90)
        case 0xF1...0xF3: pending = 3
        case 0xF4: (pending, high) = (3, 0x8F)
        default: broken += 1
        }
    }

    var encoding: TextEncoding {
        if head.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if head.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
        // Latin text in UTF-16 has a zero in nearly every pair of bytes.
        if oddZeros > seen / 4 { return .utf16LittleEndian }
        if evenZeros > seen / 4 { return .utf16BigEndian }
        let flaws = broken + (pending > 0 ? 1 : 0)
        return flaws == 0 || multibyte > flaws * 10 ? .utf8 : .windows1252
    }
}

/// Turns chunks of an encoding into chunks of UTF-8, without the byte order mark. Bytes that mean
/// nothing become U+FFFD, which the import rejects row by row.
struct EncodingConverter {
    let encoding: TextEncoding
    private var skipped = 0
    private var odd: UInt8?
    private var highSurrogate: UInt16?

    init(_ encoding: TextEncoding) { self.encoding = encoding }

    mutating func convert(_ chunk: [UInt8]) -> [UInt8] {
        switch encoding {
        case .utf8: return withoutMark(chunk)
        case .windows1252:
            var result: [UInt8] = []
            result.reserveCapacity(chunk.count + chunk.count / 8)
            for byte in chunk {
                if byte < 0x80 {
                    result.append(byte)
                } else {
                    append(Self.scalar(of: byte), &result)
                }
            }
            return result
        case .utf16LittleEndian, .utf16BigEndian: return fromUTF16(chunk)
        }
    }

    /// What is left over at the end of the file, if it ends amid a character.
    mutating func finish() -> [UInt8] {
        guard odd != nil || highSurrogate != nil else { return [] }
        odd = nil
        highSurrogate = nil
        return Self.replacement
    }

    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    private mutating func withoutMark(_ chunk: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var start = 0
        while skipped < 3, start < chunk.count {
            guard chunk[start] == mark[skipped] else {
                let kept = Array(mark[..<skipped])
                skipped = 3
                return kept + chunk[start...]
            }
            skipped += 1
            start += 1
        }
        return start == 0 ? chunk : Array(chunk[start...])
    }

    private mutating func fromUTF16(_ chunk: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(chunk.count)
        for byte in chunk {
            guard let first = odd else {
                odd = byte
                continue
            }
            odd = nil
            let unit =
                encoding == .utf16LittleEndian
                ? UInt16(byte) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(byte)
            take(unit, &result)
        }
        return result
    }

    private mutating func take(_ unit: UInt16, _ result: inout [UInt8]) {
        if skipped == 0 {
            skipped = 1
            if unit == 0xFEFF { return }
        }
        if let high = highSurrogate {
            highSurrogate = nil
            if (0xDC00...0xDFFF).contains(unit) {
                let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                append(Unicode.Scalar(value), &result)
                return
            }
            result += Self.replacement
        }
        if (0xD800...0xDBFF).contains(unit) {
            highSurrogate = unit
        } else {
            append(Unicode.Scalar(unit), &result)
        }
    }

    private func append(_ scalar: Unicode.Scalar?, _ result: inout [UInt8]) {
        guard let scalar, let bytes = UTF8.encode(scalar) else {
            result += Self.replacement
            return
        }
        result.append(contentsOf: bytes)
    }

    /// 0x80–0x9F as Microsoft assigned them; 0 where nothing is assigned. The rest is Latin-1.
    private static let upperControls: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
        0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
        0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]

    private static func scalar(of byte: UInt8) -> Unicode.Scalar? {
        guard byte <= 0x9F else { return Unicode.Scalar(byte) }
        let assigned = upperControls[Int(byte) - 0x80]
        return assigned == 0 ? nil : Unicode.Scalar(assigned)
    }
}
