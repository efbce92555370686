import VehicleSignals

/// Numbers of Sparkplug's datatypes, as far as they matter here.
enum SparkplugType {
    static let int8: UInt32 = 1
    static let int16: UInt32 = 2
    static let int32: UInt32 = 3
    static let int64: UInt32 = 4
    /// UInt8 to UInt64 are 5 to 8, Float 9, Double 10, Boolean 11, String 12, DateTime 13, Text 14,
    /// UUID 15; from 16 on there is nothing that a signal could be.
    static let lastScalar: UInt32 = 15
}

/// One metric as it stands in a payload: places and small numbers, nothing taken yet.
struct SparkplugMetric: BitwiseCopyable {
    var nameStart = 0
    var nameEnd = -1
    var alias: UInt64 = 0
    var hasAlias = false
    /// Milliseconds since 1970; `nil` where the payload's time holds.
    var time: UInt64?
    /// 0: not said here.
    var type: UInt32 = 0
    var isTransient = false
    var isNull = false
    /// Number of the field that holds the value, and where its bytes begin; 0: none.
    var valueField: UInt32 = 0
    var valueAt = 0

    var hasName: Bool { nameEnd >= nameStart }

    init(_ bytes: RawSpan, from start: Int, end: Int) throws(DecodeError) {
        var at = start
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            let first = at
            guard tag.type == .varint else {
                let isText = tag.type == .lengthDelimited
                try wireSkip(tag.type, bytes, &at, end: end)
                if tag.field == 1, isText {
                    var place = first
                    nameEnd = try wireRange(bytes, &place, end: end)
                    nameStart = place
                } else if isText
                    ? tag.field >= 15 && tag.field <= 19
                    : tag.field == 12
                        && tag.type == .fixed32 || tag.field == 13 && tag.type == .fixed64
                {
                    valueField = tag.field
                    valueAt = first
                }
                continue
            }
            let word = try wireVarint(bytes, &at, end: end)
            switch tag.field {
            case 2:
                alias = word
                hasAlias = true
            case 3: time = word
            case 4: type = UInt32(truncatingIfNeeded: word)
            case 6: isTransient = word != 0
            case 7: isNull = word != 0
            case 10, 11, 14:
                valueField = tag.field
                valueAt = first
            // 5, is_historical: its time says when, and state goes by time.
            default: break
            }
        }
    }
}

/// What stands over the metrics of a payload.
struct SparkplugHeading: BitwiseCopyable {
    var time: UInt64 = 0
    var sequence: UInt64?
    var metrics = 0

    /// Reads the whole payload's structure, so that what follows meets no surprise.
    init(_ bytes: RawSpan) throws(DecodeError) {
        var at = 0
        let end = bytes.byteCount
        while at < end {
            let tag = try wireTag(bytes, &at, end: end)
            switch (tag.field, tag.type) {
            case (1, .varint): time = try wireVarint(bytes, &at, end: end)
            case (2, .lengthDelimited):
                let stop = try wireRange(bytes, &at, end: end)
                _ = try SparkplugMetric(bytes, from: at, end: stop)
                metrics += 1
                at = stop
            case (3, .varint): sequence = try wireVarint(bytes, &at, end: end)
            default: try wireSkip(tag.type, bytes, &at, end: end)
            }
        }
    }
}

/// The next metric of a payload whose structure was read; `nil` behind the last one.
func nextSparkplugMetric(
    _ bytes: RawSpan, _ at: inout Int
) throws(DecodeError) -> SparkplugMetric? {
    guard let range = try nextWireRange(2, bytes, &at, end: bytes.byteCount) else { return nil }
    return try SparkplugMetric(bytes, from: range.lowerBound, end: range.upperBound)
}
