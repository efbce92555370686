import Synchronization
public import VehicleSignals

/// Where `now` comes from. One clock is made at start and handed to every room that needs time.
///
/// `wall` is the real thing. `recorded` is for replays and accelerated simulation: a vehicle's
/// `now` is its own newest plausible event time, and timers run on the newest over all vehicles;
/// deadlines towards dealers stay on the wall clock in both.
public final class GatewayClock: Sendable {
    public enum Mode: String, Sendable, CaseIterable {
        case wall, recorded
    }

    /// In recorded mode time may also run ahead of the wall clock, but only step by step: one
    /// message moves the newest time of the fleet by this much at the most.
    public static let recordedStepMax = TimeSpan.days(2)

    public let mode: Mode
    private let readWall: @Sendable () -> Timestamp
    private let newestMilliseconds: Atomic<Int64>

    public init(mode: Mode, wall: @escaping @Sendable () -> Timestamp) {
        self.mode = mode
        readWall = wall
        newestMilliseconds = Atomic(Int64.min)
    }

    /// The wall clock; for arrival times, deadlines and everything outside the vehicle.
    public func wallNow() -> Timestamp { readWall() }

    /// The time on which timers of rules run.
    public func fleetNow() -> Timestamp {
        switch mode {
        case .wall: return readWall()
        case .recorded:
            let newest = newestMilliseconds.load(ordering: .relaxed)
            return newest == .min ? readWall() : Timestamp(milliseconds: newest)
        }
    }

    /// The `now` against which the event times of a message that came at `arrival` are held.
    /// Vehicle state allows its own small tolerance beyond it.
    public func plausibleNow(arrival: Timestamp) -> Timestamp {
        switch mode {
        case .wall: return arrival
        case .recorded:
            let newest = newestMilliseconds.load(ordering: .relaxed)
            guard newest != .min else { return arrival }
            let ahead = Timestamp(milliseconds: newest).advanced(by: Self.recordedStepMax)
            return max(arrival, ahead)
        }
    }

    /// Tells the clock of a believed event time; moves only forward.
    public func observe(_ eventTime: Timestamp) {
        guard mode == .recorded, eventTime > .distantPast else { return }
        newestMilliseconds.max(eventTime.milliseconds, ordering: .relaxed)
    }
}
