/// One drive: begins and ends on the same day.
public struct Trip: Sendable, BitwiseCopyable, Equatable {
    /// Minutes after midnight.
    public var startMinute: Int32
    /// First minute after the drive.
    public var endMinute: Int32
    public var metres: Int32

    init(startMinute: Int, minutes: Int, metres: Int) {
        self.startMinute = Int32(startMinute)
        self.endMinute = Int32(startMinute + minutes)
        self.metres = Int32(metres)
    }
}

/// The drives of one day, in order, apart by at least ``gapMinutes``.
public struct TripsOfDay: Sendable {
    public static let countMax = 6
    /// Shortest stop between two drives.
    static let gapMinutes = 10
    /// Drives lie between 05:30 and 22:00, so that every night is a rest of seven hours or more.
    static let earliestMinute = 330
    static let latestMinute = 1320

    private var slots: [6 of Trip] = .init(
        repeating: Trip(startMinute: 0, minutes: 0, metres: 0))
    public private(set) var count = 0

    init() {}

    public subscript(_ index: Int) -> Trip { slots[index] }

    public var metres: Int {
        var sum = 0
        for index in 0..<count { sum += Int(slots[index].metres) }
        return sum
    }

    /// Adds a drive after the others; leaves it out if the day is over or full.
    mutating func add(wishedStart: Int, metres: Int, metresPerMinute: Int) {
        guard count < Self.countMax, metres > 0 else { return }
        let minutes = max(4, metres / metresPerMinute)
        let free =
            count == 0
            ? Self.earliestMinute
            : Int(slots[count - 1].endMinute)
                + Self.gapMinutes
        let start = max(wishedStart, free)
        guard start + minutes <= Self.latestMinute else { return }
        slots[count] = Trip(startMinute: start, minutes: minutes, metres: metres)
        count += 1
    }
}

/// How somebody uses a vehicle.
public enum DrivingPattern: UInt8, Sendable, CaseIterable {
    /// To work and back on weekdays, errands at the weekend.
    case commuter
    /// A drive on about every third day.
    case occasional
    /// Several long drives a day from Monday to Saturday.
    case heavy
    /// Long drives at the weekend, hardly any in between.
    case weekend

    static func drawn(_ draw: inout Draw) -> DrivingPattern {
        switch draw.unit() {
        case ..<0.5: .commuter
        case ..<0.75: .occasional
        case ..<0.87: .heavy
        default: .weekend
        }
    }
}

/// One vehicle's way of being driven.
public struct DrivingHabits: Sendable {
    public var pattern: DrivingPattern
    /// Length of the usual drive, in metres.
    public var usualMetres: Int
    /// Minute of the day at which the usual first drive begins.
    public var usualStart: Int

    init(_ draw: inout Draw) {
        pattern = .drawn(&draw)
        switch pattern {
        case .commuter:
            usualMetres = draw.whole(6_000...38_000)
            usualStart = draw.whole(380...490)
        case .occasional:
            usualMetres = draw.whole(4_000...30_000)
            usualStart = draw.whole(540...840)
        case .heavy:
            usualMetres = draw.whole(35_000...85_000)
            usualStart = draw.whole(340...420)
        case .weekend:
            usualMetres = draw.whole(25_000...80_000)
            usualStart = draw.whole(510...660)
        }
    }

    /// The drives of a day, given as days since 1970-01-01; `draw` is that day's stream.
    func trips(daysSinceEpoch: Int, _ draw: inout Draw) -> TripsOfDay {
        let weekday = ((daysSinceEpoch + 3) % 7 + 7) % 7  // 0 is Monday; 1970-01-01 was a Thursday
        let isWeekend = weekday >= 5
        var trips = TripsOfDay()
        let start = usualStart + draw.whole(-20...20)
        switch pattern {
        case .commuter where !isWeekend && draw.chance(0.93):
            trips.add(wishedStart: start, metres: about(usualMetres, &draw), metresPerMinute: 800)
            trips.add(
                wishedStart: start + draw.whole(530...590), metres: about(usualMetres, &draw),
                metresPerMinute: 700)
            if draw.chance(0.2) {
                trips.add(
                    wishedStart: 1140, metres: draw.whole(2_000...9_000), metresPerMinute: 500)
            }
        case .commuter where isWeekend && draw.chance(0.55):
            errand(into: &trips, outward: draw.whole(3_000...25_000), start: 600, &draw)
        case .commuter:
            break
        case .occasional:
            if draw.chance(0.35) {
                errand(into: &trips, outward: about(usualMetres, &draw), start: start, &draw)
            }
        case .heavy where weekday < 6:
            var wished = start
            for _ in 0..<draw.whole(3...5) {
                trips.add(
                    wishedStart: wished, metres: about(usualMetres, &draw), metresPerMinute: 1_200)
                wished += draw.whole(120...190)
            }
        case .heavy:
            break
        case .weekend:
            if isWeekend && draw.chance(0.85) {
                errand(into: &trips, outward: about(usualMetres, &draw), start: start, &draw)
            } else if draw.chance(0.12) {
                errand(into: &trips, outward: draw.whole(3_000...12_000), start: start, &draw)
            }
        }
        return trips
    }

    private func errand(into trips: inout TripsOfDay, outward: Int, start: Int, _ draw: inout Draw)
    {
        trips.add(wishedStart: start, metres: outward, metresPerMinute: 900)
        trips.add(
            wishedStart: start + draw.whole(150...300), metres: outward, metresPerMinute: 900)
    }

    private func about(_ metres: Int, _ draw: inout Draw) -> Int {
        max(500, metres + Int(Double(metres) * 0.12 * draw.bell()))
    }
}
