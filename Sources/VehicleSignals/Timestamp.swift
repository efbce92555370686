/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Everything in the gateway that is "when" has this type. Nothing below floor 5 reads a clock;
/// `now` is handed in.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Milliseconds since the Unix epoch, UTC. Negative before 1970.
    public var milliseconds: Int64

    @inline(always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    @inline(always)
    public init(seconds: Int64) { self.milliseconds = seconds * 1000 }

    /// Earlier than every time that a source can state; stands for "never".
    public static let distantPast = Timestamp(milliseconds: .min)
    /// Later than every time that a source can state; stands for "not planned".
    public static let distantFuture = Timestamp(milliseconds: .max)

    @inline(always)
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time that lies `span` later. Saturates instead of overflowing.
    @inline(always)
    public func advanced(by span: TimeSpan) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(span.milliseconds)
        if overflow { return span.milliseconds < 0 ? .distantPast : .distantFuture }
        return Timestamp(milliseconds: sum)
    }

    /// How far `self` lies after `earlier`; negative if before. Saturates.
    @inline(always)
    public func since(_ earlier: Timestamp) -> TimeSpan {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        if overflow { return TimeSpan(milliseconds: milliseconds < 0 ? .min : .max) }
        return TimeSpan(milliseconds: difference)
    }
}

/// A length of time in whole milliseconds; may be negative.
public struct TimeSpan: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var milliseconds: Int64

    @inline(always)
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }
    public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    public static func hours(_ count: Int64) -> TimeSpan { .seconds(count * 3600) }
    public static func days(_ count: Int64) -> TimeSpan { .seconds(count * 86_400) }

    /// Days as a fraction, for estimates.
    public var inDays: Double { Double(milliseconds) / 86_400_000 }

    @inline(always)
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

/// How far a reading's time can be trusted, best last.
public enum TimeQuality: UInt8, Sendable, BitwiseCopyable, Comparable, CaseIterable {
    /// No time at all: a retained message of a source without time stamps.
    case none = 0
    /// The gateway's own time of arrival.
    case arrival = 1
    /// The time at which a maker's cloud sent the document.
    case backend = 2
    /// The time at which the vehicle measured.
    case event = 3

    /// The word used at every door.
    public var word: String {
        switch self {
        case .none: "none"
        case .arrival: "arrival"
        case .backend: "backend"
        case .event: "event"
        }
    }

    public static func < (left: TimeQuality, right: TimeQuality) -> Bool {
        left.rawValue < right.rawValue
    }
}
