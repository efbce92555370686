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

    /// How far a vehicle's clock may run ahead: event times beyond are not believed.
    public static let futureTolerance = TimeSpan.minutes(5)
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

    /// The latest event time that is believed when `wall` is the time of arrival.
    public func latestPlausible(wall: Timestamp) -> Timestamp {
        switch mode {
        case .wall: return wall.advanced(by: Self.futureTolerance)
        case .recorded:
            let newest = newestMilliseconds.load(ordering: .relaxed)
            let ahead =
                newest == .min
                ? wall : Timestamp(milliseconds: newest).advanced(by: Self.recordedStepMax)
            return max(wall, ahead).advanced(by: Self.futureTolerance)
        }
    }

    /// Tells the clock of a believed event time; moves only forward.
    public func observe(_ eventTime: Timestamp) {
        guard mode == .recorded else { return }
        newestMilliseconds.max(eventTime.milliseconds, ordering: .relaxed)
    }
}
