public import VehicleSignals

/// Figures of a journal; counts since it was opened unless said otherwise.
public struct JournalStatistics: Sendable, Equatable {
    /// Batches on disk now, by their positions.
    public var batchesStored: Int64 = 0
    public var oldest = JournalPosition.start
    public var newest = JournalPosition.start
    /// Size of the journal's file, of what is free within it, and of the log beside it.
    public var fileBytes: Int64 = 0
    public var freeBytes: Int64 = 0
    public var logBytes: Int64 = 0

    public var batchesAppended: UInt64 = 0
    public var messagesAppended: UInt64 = 0
    public var bytesAppended: UInt64 = 0
    public var batchesRemoved: UInt64 = 0
    /// Transactions that stored batches; each waits for the disk once.
    public var commits: UInt64 = 0
    /// Commits that failed; `diskFull` counts those for want of room.
    public var commitsFailed: UInt64 = 0
    public var diskFull: UInt64 = 0
    /// Times that the log was copied into the file; each waits for the disk twice.
    public var checkpoints: UInt64 = 0
    /// Times that the disk was waited for: one a commit, two a checkpoint.
    public var syncs: UInt64 { commits + 2 * checkpoints }
    /// Duration of commits, from begin to durable.
    public var commitDurations = DurationHistogram()

    public init() {}
}

/// How many durations fell under each bound.
public struct DurationHistogram: Sendable, Equatable {
    /// Upper bounds of all buckets but the last in microseconds. A commit is expected to take
    /// 300 to 2,000; the bounds double round that.
    public static let boundsMicroseconds: [Int64] = [
        125, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000,
        1_024_000,
    ]

    /// One count a bucket, the last for everything beyond the bounds; not cumulated.
    public private(set) var counts = [UInt64](
        repeating: 0, count: DurationHistogram.boundsMicroseconds.count + 1)
    public private(set) var sumMicroseconds: Int64 = 0
    public private(set) var maxMicroseconds: Int64 = 0

    public init() {}

    public var count: UInt64 { counts.reduce(0, +) }

    mutating func add(microseconds: Int64) {
        var bucket = 0
        while bucket < Self.boundsMicroseconds.count, microseconds > Self.boundsMicroseconds[bucket]
        {
            bucket += 1
        }
        counts[bucket] += 1
        sumMicroseconds += microseconds
        maxMicroseconds = max(maxMicroseconds, microseconds)
    }
}
