import PayloadDecoding

/// The fast decoder's answer beside that of its plain twin.
enum TwinComparison {
    private static let syntax: Set<DecodeError.Reason> = [
        .truncated, .unexpectedByte, .invalidUTF8, .invalidEscape, .nestingTooDeep,
    ]

    /// `nil` where both agree; else what differs.
    ///
    /// The plain twin parses all before it looks at the meaning, the fast decoder reads once. So
    /// an error of the grammar must be the same on both sides; where the fast one stops at an error
    /// of the meaning, the twin must have the same one, or an error of the grammar further on.
    ///
    /// - Parameter comparesErrors: `false` where the two look at a payload in another order, as at
    ///   Protocol Buffers: then both must refuse it, for whatever they find first.
    static func difference(
        _ fast: inout MessageDecoder, _ plain: inout PlainDecoder, _ topic: String,
        _ payload: [UInt8], isRetained: Bool, comparesErrors: Bool = true
    ) -> String? {
        let first = Result { () throws(DecodeError) in
            try fast.decode(topic, payload, isRetained: isRetained)
        }
        let second = Result { () throws(DecodeError) in
            try plain.decode(
                topic: topic, payload: payload, arrival: fast.arrival, isRetained: isRetained)
        }
        var same = false
        switch (first, second) {
        case (.success(let left), .success(let right)): same = left == right
        case (.failure, .failure) where !comparesErrors: same = true
        case (.failure(let left), .failure(let right)):
            same =
                left.reason == right.reason
                && (left.offset == right.offset || left.reason == .identityDisagrees)
            if !syntax.contains(left.reason) {
                // Another flaw of the meaning may come first in the twin's order of looking.
                same = same || !syntax.contains(right.reason) || right.offset >= left.offset
            }
        default: break
        }
        if same { return nil }
        return """
            topic \(topic)
            payload \(String(decoding: payload.prefix(2000), as: UTF8.self))
            fast  \(first)
            plain \(second)
            """
    }
}
