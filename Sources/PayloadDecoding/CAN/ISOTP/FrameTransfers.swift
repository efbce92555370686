import VehicleSignals

/// Messages of several frames that are not complete yet, of one sender: ISO-TP (ISO 15765-2) and
/// the transport protocol of SAE J1939-21, side by side.
///
/// A plain value of two arrays that keep their room: opening, filling and closing allocates nothing
/// once they have grown to their bounds. A frame that does not come, comes twice with other
/// content, or comes out of turn ends its transfer: nothing is guessed.
struct FrameTransfers: Sendable, Equatable {
    struct Transfer: Sendable, BitwiseCopyable, Equatable {
        enum Kind: UInt8, BitwiseCopyable { case isoTP = 0, j1939 = 1 }

        var kind: Kind
        /// Number of the next frame: 0–15 in ISO-TP, 1–255 in J1939.
        var next: UInt8
        /// Bytes of the whole message.
        var length: UInt16
        /// Bytes that are there.
        var received: UInt16
        /// Bytes that one frame carries: 7, in CAN FD up to 63.
        var perFrame: UInt8
        /// The bus and the frame's id; in J1939 the bus, source and destination.
        var key: UInt64
        /// In J1939 what the message is.
        var parameterGroup: UInt32
        /// Place of the first byte in ``FrameTransfers/bytes``.
        var offset: UInt32
        /// Time of the last frame, milliseconds since 1970; `.min` if not known.
        var time: Int64

        var bus: UInt8 { UInt8(truncatingIfNeeded: key >> 32) }
    }

    /// Transfers of one sender at the same time: eight units on each of four buses.
    static let transfersMax = 32
    /// Longest message of ISO-TP without its extension for 32 bits.
    static let messageBytesMax = 4095
    /// Bytes that one sender may have open; four of the longest. Beyond it the oldest goes.
    static let bytesMax = 16_384
    /// Frames of one message follow each other within a second; what is older than this belongs to
    /// another message.
    static let pauseMax: Int64 = 10_000

    var transfers: [Transfer] = []
    var bytes: [UInt8] = []
    /// Transfers that were given up since the last look.
    var dropped: UInt32 = 0
    /// Whether something changed since the transfers were read.
    var isChanged = false

    init() {}

    /// What tells transfers of one kind apart.
    static func key(bus: UInt8, _ id: UInt32) -> UInt64 { UInt64(bus) << 32 | UInt64(id) }

    /// The open transfer of that key; -1: none.
    func find(_ kind: Transfer.Kind, _ key: UInt64) -> Int {
        for index in 0..<transfers.count
        where transfers[index].key == key && transfers[index].kind == kind {
            return index
        }
        return -1
    }

    /// Opens a transfer, in place of one of the same key that was not finished.
    mutating func open(_ transfer: Transfer) {
        let open = find(transfer.kind, transfer.key)
        if open >= 0 { drop(open) }
        while transfers.count >= Self.transfersMax
            || bytes.count + Int(transfer.length) > Self.bytesMax
        {
            drop(0)
        }
        var placed = transfer
        placed.offset = UInt32(bytes.count)
        for _ in 0..<Int(transfer.length) { bytes.append(0) }
        transfers.append(placed)
        isChanged = true
    }

    /// Adds what fits of `count` bytes to a transfer.
    mutating func add(_ index: Int, _ data: RawSpan, from start: Int, count: Int) {
        let transfer = transfers[index]
        let taken = min(count, Int(transfer.length) - Int(transfer.received))
        let place = Int(transfer.offset) + Int(transfer.received)
        for step in 0..<taken { bytes[place + step] = data.byte(at: start + step) }
        transfers[index].received += UInt16(taken)
        isChanged = true
    }

    /// Whether `count` bytes equal those that came last: a frame that came twice.
    func repeats(_ index: Int, _ data: RawSpan, from start: Int, count: Int) -> Bool {
        let transfer = transfers[index]
        guard Int(transfer.received) >= count else { return false }
        let place = Int(transfer.offset) + Int(transfer.received) - count
        for step in 0..<count where bytes[place + step] != data.byte(at: start + step) {
            return false
        }
        return true
    }

    /// Ends a transfer and counts it as dropped.
    mutating func drop(_ index: Int) {
        dropped += 1
        close(index)
    }

    /// Ends a transfer; the bytes behind it move up.
    mutating func close(_ index: Int) {
        let gone = transfers[index]
        let start = Int(gone.offset)
        bytes.removeSubrange(start..<(start + Int(gone.length)))
        transfers.remove(at: index)
        isChanged = true
        for place in 0..<transfers.count where transfers[place].offset > gone.offset {
            transfers[place].offset -= UInt32(gone.length)
        }
    }

    mutating func removeAll() {
        transfers.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        dropped = 0
        isChanged = false
    }

    /// Whether a frame at `time` is too late to belong to the transfer. Also where clocks went
    /// backwards by as much.
    func isTooLate(_ index: Int, at time: Int64) -> Bool {
        let last = transfers[index].time
        guard last != .min, time != .min else { return false }
        let (gap, overflow) = time.subtractingReportingOverflow(last)
        return overflow || gap > Self.pauseMax || gap < -Self.pauseMax
    }
}

/// What became of a frame of a transfer.
enum TransferStep: Equatable {
    /// Nothing to decode yet.
    case waiting
    /// The frame holds a whole message: bytes of the frame itself.
    case single(start: Int, count: Int)
    /// The transfer of that index is complete; to be closed when its bytes were read.
    case complete(Int)
}
