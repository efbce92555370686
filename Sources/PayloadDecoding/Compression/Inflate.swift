import VehicleSignals

/// A canonical Huffman code: how many codes there are of each length, and the symbols in the order
/// of their codes.
struct HuffmanCode: Sendable {
    static let lengthMax = 15
    private var counts = [UInt16](repeating: 0, count: lengthMax + 1)
    private var symbols: [UInt16]

    init(symbolsMax: Int) { symbols = [UInt16](repeating: 0, count: symbolsMax) }

    /// Makes the code of these lengths, 0 standing for a symbol that never comes.
    ///
    /// - Returns: whether every sequence of bits means something. A code that is not complete is
    ///   allowed with a single symbol only, and where none is needed.
    mutating func make(
        _ lengths: [UInt8], from first: Int, count: Int, at place: Int
    ) throws(DecodeError) -> Bool {
        for length in 0...Self.lengthMax { counts[length] = 0 }
        for index in first..<(first + count) { counts[Int(lengths[index])] += 1 }
        var left = 1
        var offsets = InlineArray<16, UInt16>(repeating: 0)
        for length in 1...Self.lengthMax {
            left = left * 2 - Int(counts[length])
            guard left >= 0 else { throw DecodeError(.badCompression, at: place) }
            if length < Self.lengthMax { offsets[length + 1] = offsets[length] + counts[length] }
        }
        for index in first..<(first + count) where lengths[index] != 0 {
            let length = Int(lengths[index])
            symbols[Int(offsets[length])] = UInt16(truncatingIfNeeded: index - first)
            offsets[length] += 1
        }
        let isSingle = Int(counts[0]) + Int(counts[1]) == count && counts[1] <= 1
        guard left == 0 || isSingle else { throw DecodeError(.badCompression, at: place) }
        return left == 0
    }

    /// The next symbol of the stream.
    func next(_ bits: inout BitReader, _ bytes: RawSpan) throws(DecodeError) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1...Self.lengthMax {
            code |= try bits.take(1, bytes)
            let count = Int(counts[length])
            if code - first < count { return Int(symbols[index + code - first]) }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw DecodeError(.badCompression, at: bits.at)
    }
}

/// What unpacking needs beside its output, made once a worker.
struct InflateRoom: Sendable {
    static let literalsMax = 288
    static let distancesMax = 30
    var lengths = [UInt8](repeating: 0, count: literalsMax + distancesMax + 2)
    var literals = HuffmanCode(symbolsMax: literalsMax)
    var distances = HuffmanCode(symbolsMax: distancesMax + 2)
    /// The two codes are those that every block may have without bringing them: a stream of empty
    /// blocks of ten bits makes them once.
    fileprivate var holdsFixedCodes = false
    /// Checksums of four bits.
    private let remainders: [UInt32] = (0..<16).map { number in
        (0..<4).reduce(UInt32(number)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    /// CRC-32 as gzip writes it.
    func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for index in bytes.indices {
            sum ^= UInt32(bytes[index])
            sum = sum >> 4 ^ remainders[Int(sum & 15)]
            sum = sum >> 4 ^ remainders[Int(sum & 15)]
        }
        return ~sum
    }
}

/// Unpacks the blocks of a deflate stream (RFC 1951) behind what `output` holds.
///
/// A block may bring codes and no output, so blocks have a limit of their own: one for every
/// sixteen bytes, and sixty-four. Who packs writes one for some ten thousand symbols, or, where a
/// stream is flushed after each message, two for each.
func inflate(
    _ bytes: RawSpan, _ bits: inout BitReader, into output: inout [UInt8],
    _ room: inout InflateRoom
) throws(DecodeError) {
    var isLast = false
    var blocksLeft = 64 + bytes.byteCount / 16
    while !isLast {
        blocksLeft -= 1
        guard blocksLeft >= 0 else { throw DecodeError(.badCompression, at: bits.at) }
        isLast = try bits.take(1, bytes) == 1
        switch try bits.take(2, bytes) {
        case 0: try copyStored(bytes, &bits, into: &output)
        case 1:
            try makeFixedCodes(&room)
            try inflateBlock(bytes, &bits, into: &output, room)
        case 2:
            try readCodes(bytes, &bits, &room)
            try inflateBlock(bytes, &bits, into: &output, room)
        default: throw DecodeError(.badCompression, at: bits.at)
        }
    }
}

private func copyStored(
    _ bytes: RawSpan, _ bits: inout BitReader, into output: inout [UInt8]
) throws(DecodeError) {
    bits.alignToByte()
    let count = try bits.take(16, bytes)
    guard try bits.take(16, bytes) == ~count & 0xFFFF else {
        throw DecodeError(.badCompression, at: bits.at)
    }
    guard count <= bytes.byteCount - bits.at else {
        throw DecodeError(.badCompression, at: bytes.byteCount)
    }
    try checkRoom(output, for: count)
    output.append(bytes, from: bits.at, count: count)
    bits = BitReader(at: bits.at + count)
}

private func makeFixedCodes(_ room: inout InflateRoom) throws(DecodeError) {
    if room.holdsFixedCodes { return }
    for symbol in 0..<288 {
        room.lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
    }
    _ = try room.literals.make(room.lengths, from: 0, count: 288, at: 0)
    // Thirty-two in the standard, of which the last two never come.
    for symbol in 0..<32 { room.lengths[symbol] = 5 }
    _ = try room.distances.make(room.lengths, from: 0, count: 32, at: 0)
    room.holdsFixedCodes = true
}

/// Reads the two codes of a block that brings its own.
private func readCodes(
    _ bytes: RawSpan, _ bits: inout BitReader, _ room: inout InflateRoom
) throws(DecodeError) {
    room.holdsFixedCodes = false
    let literals = try bits.take(5, bytes) + 257
    let distances = try bits.take(5, bytes) + 1
    let count = try bits.take(4, bytes) + 4
    guard literals <= 286, distances <= InflateRoom.distancesMax else {
        throw DecodeError(.badCompression, at: bits.at)
    }
    let order: InlineArray<19, UInt8> = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]
    for place in 0..<19 { room.lengths[place] = 0 }
    for place in 0..<count { room.lengths[Int(order[place])] = UInt8(try bits.take(3, bytes)) }
    let isComplete = try room.literals.make(room.lengths, from: 0, count: 19, at: bits.at)
    guard isComplete else { throw DecodeError(.badCompression, at: bits.at) }
    var place = 0
    while place < literals + distances {
        let symbol = try room.literals.next(&bits, bytes)
        if symbol < 16 {
            room.lengths[place] = UInt8(symbol)
            place += 1
            continue
        }
        var length: UInt8 = 0
        let times: Int
        switch symbol {
        case 16:
            guard place > 0 else { throw DecodeError(.badCompression, at: bits.at) }
            length = room.lengths[place - 1]
            times = try bits.take(2, bytes) + 3
        case 17: times = try bits.take(3, bytes) + 3
        default: times = try bits.take(7, bytes) + 11
        }
        guard times <= literals + distances - place else {
            throw DecodeError(.badCompression, at: bits.at)
        }
        for _ in 0..<times {
            room.lengths[place] = length
            place += 1
        }
    }
    // Without an end no block ends.
    guard room.lengths[256] != 0 else { throw DecodeError(.badCompression, at: bits.at) }
    _ = try room.literals.make(room.lengths, from: 0, count: literals, at: bits.at)
    _ = try room.distances.make(room.lengths, from: literals, count: distances, at: bits.at)
}

private func inflateBlock(
    _ bytes: RawSpan, _ bits: inout BitReader, into output: inout [UInt8], _ room: InflateRoom
) throws(DecodeError) {
    while true {
        let symbol = try room.literals.next(&bits, bytes)
        if symbol < 256 {
            try checkRoom(output, for: 1)
            output.append(UInt8(symbol))
            continue
        }
        if symbol == 256 { return }
        let length = try copyLength(symbol, bytes, &bits)
        let distance = try copyDistance(room, bytes, &bits)
        guard distance <= output.count else { throw DecodeError(.badCompression, at: bits.at) }
        try checkRoom(output, for: length)
        // Byte by byte: a copy may reach into what it writes itself.
        for _ in 0..<length { output.append(output[output.count - distance]) }
    }
}

private func copyLength(
    _ symbol: Int, _ bytes: RawSpan, _ bits: inout BitReader
) throws(DecodeError) -> Int {
    let step = symbol - 257
    guard step < 29 else { throw DecodeError(.badCompression, at: bits.at) }
    if step < 8 { return step + 3 }
    if step == 28 { return 258 }
    let extra = step / 4 - 1
    return (4 + step % 4) << extra + 3 + (try bits.take(extra, bytes))
}

private func copyDistance(
    _ room: InflateRoom, _ bytes: RawSpan, _ bits: inout BitReader
) throws(DecodeError) -> Int {
    let step = try room.distances.next(&bits, bytes)
    guard step < InflateRoom.distancesMax else {
        throw DecodeError(.badCompression, at: bits.at)
    }
    if step < 4 { return step + 1 }
    let extra = step / 2 - 1
    return (2 + step % 2) << extra + 1 + (try bits.take(extra, bytes))
}

private func checkRoom(_ output: [UInt8], for count: Int) throws(DecodeError) {
    guard count <= DecodingLimits.inflatedBytesMax - output.count else {
        throw DecodeError(.inflatedTooLarge, at: 0)
    }
}
