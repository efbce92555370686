import VehicleSignals

/// Objects up to this size whose key nobody knows are noted value by value: their keys are then
/// compared and not read.
private let skippedObjectBytesMax = 256

/// Notes a value that nobody asked for, after it was stepped over.
func noteSkipped(
    _ bytes: RawSpan, from start: Int, to end: Int, depth: Int, _ work: inout DecodingWorkspace
) throws(DecodeError) {
    guard work.recorder.isOn else { return }
    guard bytes.byte(at: start) == UInt8(ascii: "{"), end - start <= skippedObjectBytesMax else {
        return work.recorder.note(.skip, depth: depth, from: start, to: end)
    }
    var at = start
    guard try open(closing: UInt8(ascii: "}"), depth: depth, bytes, &at) else { return }
    repeat {
        _ = try scanKey(bytes, &at)
        _ = try nextByte(bytes, &at)
        let value = at
        try skipValue(bytes, &at, depth: depth + 1)
        try noteSkipped(bytes, from: value, to: at, depth: depth + 1, &work)
    } while try another(closing: UInt8(ascii: "}"), bytes, &at)
}
