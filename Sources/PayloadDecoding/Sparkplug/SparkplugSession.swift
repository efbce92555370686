import VehicleSignals

// What is remembered of an edge node or a device, as bytes:
//
//     0  state, 1  last sequence number, 2  whether a bdSeq is known, 3  nought
//     4  epoch (32 bits): of an edge node how often its births became void, of a device the epoch
//        of its node when the device was born
//     8  bdSeq (64 bits)
//    16  number of records (32 bits), 20  nought
//    24  records of 16 bytes, sorted by kind and key:
//        key (64 bits: the alias, or the hash of a name that has none), place of the name among the
//        names (32 bits), its length (16 bits), datatype (8 bits), kind (8 bits: 0 alias, 1 name)
//     …  names

enum SparkplugSession {
    static let headBytes = 24
    static let recordBytes = 16
    static let nameBytesMax = 1024

    enum State: UInt8 {
        case unborn = 0
        case born = 1
        /// A message was missed, so a birth may have been.
        case inDoubt = 2
    }

    /// What a record says.
    struct Found: BitwiseCopyable {
        var nameStart: Int
        var nameCount: Int
        var type: UInt32
    }

    static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= headBytes, State(rawValue: bytes[0]) != nil else { return false }
        let count = Int(bytes.word32(at: 16))
        let names = headBytes + count * recordBytes
        guard names <= bytes.count else { return false }
        for index in 0..<count {
            let at = headBytes + index * recordBytes
            let end = Int(bytes.word32(at: at + 8)) + Int(bytes.word16(at: at + 12))
            guard names + end <= bytes.count, bytes[at + 15] <= 1 else { return false }
            if index > 0, !isAscending(bytes, at - recordBytes, at) { return false }
        }
        return true
    }

    /// Whether the record at `left` comes before the one at `right`; equal ones do not.
    static func isAscending(_ bytes: [UInt8], _ left: Int, _ right: Int) -> Bool {
        let kinds = (bytes[left + 15], bytes[right + 15])
        if kinds.0 != kinds.1 { return kinds.0 < kinds.1 }
        return bytes.word64(at: left) < bytes.word64(at: right)
    }

    /// Fills a new session up to its records: nothing is known.
    static func begin(_ bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        for _ in 0..<headBytes { bytes.append(0) }
    }

    /// The record of an alias (kind 0) or of a name's hash (kind 1).
    static func find(_ bytes: [UInt8], kind: UInt8, key: UInt64) -> Found? {
        let count = Int(bytes.word32(at: 16))
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let at = headBytes + middle * recordBytes
            let isBefore =
                bytes[at + 15] != kind ? bytes[at + 15] < kind : bytes.word64(at: at) < key
            if isBefore { low = middle + 1 } else { high = middle }
        }
        guard low < count else { return nil }
        let at = headBytes + low * recordBytes
        guard bytes[at + 15] == kind, bytes.word64(at: at) == key else { return nil }
        return Found(
            nameStart: headBytes + count * recordBytes + Int(bytes.word32(at: at + 8)),
            nameCount: Int(bytes.word16(at: at + 12)), type: UInt32(bytes[at + 14]))
    }

    /// Sorts the records where they lie; `false` if two have one key. A heap sort: no memory, and
    /// no order of births makes it slow.
    static func sortRecords(_ bytes: inout [UInt8], count: Int) -> Bool {
        func sift(_ from: Int, _ end: Int) {
            var root = from
            while root * 2 + 1 < end {
                var child = root * 2 + 1
                if child + 1 < end, isAscending(bytes, place(child), place(child + 1)) {
                    child += 1
                }
                guard isAscending(bytes, place(root), place(child)) else { return }
                exchange(root, child)
                root = child
            }
        }
        func place(_ index: Int) -> Int { headBytes + index * recordBytes }
        func exchange(_ left: Int, _ right: Int) {
            for offset in 0..<recordBytes {
                bytes.swapAt(place(left) + offset, place(right) + offset)
            }
        }
        guard count > 1 else { return true }
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sift(root, count) }
        for end in stride(from: count - 1, to: 0, by: -1) {
            exchange(0, end)
            sift(0, end)
        }
        for index in 1..<count where !isAscending(bytes, place(index - 1), place(index)) {
            return false
        }
        return true
    }
}
