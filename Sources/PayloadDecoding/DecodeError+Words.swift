// For doors only: the decoder itself never makes a String.

extension DecodeError.Reason {
    /// A stable word for counters, quarantine and JSON: `truncated`, `wrong_type`.
    public var word: String {
        switch self {
        case .truncated: "truncated"
        case .unexpectedByte: "unexpected_byte"
        case .invalidUTF8: "invalid_utf8"
        case .invalidEscape: "invalid_escape"
        case .numberOutOfRange: "number_out_of_range"
        case .nestingTooDeep: "nesting_too_deep"
        case .tooManyReadings: "too_many_readings"
        case .tooMuchText: "too_much_text"
        case .payloadTooLarge: "payload_too_large"
        case .duplicateKey: "duplicate_key"
        case .wrongType: "wrong_type"
        case .badTroubleCode: "bad_trouble_code"
        case .badTime: "bad_time"
        case .badNestedDocument: "bad_nested_document"
        case .unknownEdition: "unknown_edition"
        case .identityMissing: "identity_missing"
        case .identityDisagrees: "identity_disagrees"
        case .badIdentity: "bad_identity"
        case .badVarint: "bad_varint"
        case .badWireType: "bad_wire_type"
        case .badCompression: "bad_compression"
        case .inflatedTooLarge: "inflated_too_large"
        case .unknownManifest: "unknown_manifest"
        case .tooMuchState: "too_much_state"
        case .tooManyFrames: "too_many_frames"
        }
    }

    fileprivate var explanation: String {
        switch self {
        case .truncated: "the payload ends in the middle of a value"
        case .unexpectedByte: "a byte that the payload's format does not allow here"
        case .invalidUTF8: "text that is not UTF-8"
        case .invalidEscape: "a backslash that begins no escape, or half a surrogate pair"
        case .numberOutOfRange: "a number too large for a double"
        case .nestingTooDeep:
            "objects and arrays nested deeper than \(DecodingLimits.nestingMax) levels"
        case .tooManyReadings:
            "more readings than one message may bring (\(DecodingLimits.readingsMax))"
        case .tooMuchText:
            "more text than one message may bring (\(DecodingLimits.textBytesMax) bytes)"
        case .payloadTooLarge: "a payload longer than the source's limit (payload_bytes_max)"
        case .duplicateKey: "a key for the second time in one object"
        case .wrongType: "a value of another kind than the mapping says"
        case .badTroubleCode: "a text that is no trouble code such as P0128 or P0128-00"
        case .badTime: "no time, or one before 2000 or after 2100"
        case .badNestedDocument: "a text whose JSON is broken or of another kind than expected"
        case .unknownEdition: "an edition of VSS other than 4, 5 and 6"
        case .identityMissing: "no vehicle is named, neither in the topic nor in the payload"
        case .identityDisagrees: "another vehicle than the topic or the rest of the payload names"
        case .badIdentity: "a vehicle's name that is empty, too long or holds an escape"
        case .badVarint: "a protobuf number of more than 64 bits"
        case .badWireType: "a protobuf field of a wire type that is not allowed, or numbered 0"
        case .badCompression: "compressed bytes that do not unpack to what they say"
        case .inflatedTooLarge: "more bytes after unpacking than are allowed"
        case .unknownManifest:
            "a decoder manifest or a state template that the source's file does not hold"
        case .tooMuchState: "a birth that is too large to be remembered"
        case .tooManyFrames:
            "more frames that are mapped than one payload may bring (\(DecodingLimits.framesMax))"
        }
    }
}

extension DecodeError {
    /// A sentence for people: what was wrong and where.
    public var sentence: String { "at byte \(offset): \(reason.explanation)" }
}
