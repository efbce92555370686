import VehicleSignals
import VehicleState

/// What a vehicle may say of its next service.
enum ServiceItem: UInt8, Sendable, CaseIterable {
    case distance = 0
    case time = 1
    case oilDistance = 2
    case oilTime = 3
    case dueFlag = 4
    /// From the plan, not from the vehicle; never evidence.
    case planDistance = 5
    case planTime = 6

    var isDistance: Bool { self == .distance || self == .oilDistance || self == .planDistance }
}

/// One value of one item: 12 bytes.
struct ServicePoint: Sendable, Hashable, BitwiseCopyable {
    var seconds: UInt32
    /// Metres, seconds, or for the flag 0 (due) and 1 (not due): smaller is more urgent.
    var value: Int32
    var origin: OriginID
    /// The item in the lowest three bits, the day's shift above (see ``DayShift``).
    let packed: UInt8

    init(seconds: UInt32, value: Int32, day: UInt16, item: ServiceItem, origin: OriginID) {
        self.init(
            seconds: seconds, value: value, origin: origin,
            packed: item.rawValue | DayShift.shift(to: day, at: seconds) << 3)
    }

    init(seconds: UInt32, value: Int32, origin: OriginID, packed: UInt8) {
        self.seconds = seconds
        self.value = value
        self.origin = origin
        self.packed = packed
    }

    @inline(always)
    var day: UInt16 { DayShift.day(at: seconds, shift: packed >> 3) }
    @inline(always)
    var item: UInt8 { packed & 7 }

    /// Days that are thinned and folded together.
    var group: UInt16 { day / VehicleRecord.dayGroup }
}

/// The service readings of the span in which late ones may come, thinned: of each item the
/// first, the smallest and the two newest of every four days. Depends on the set of readings only.
/// Two of the newest, so that a reset that was shown twice stays shown twice.
struct ServiceEvidence: Sendable, Hashable {
    private(set) var points: [ServicePoint] = []

    init() {}
    init(points: [ServicePoint]) { self.points = points }

    /// Says whether the evidence changed.
    mutating func insert(_ point: ServicePoint) -> Bool {
        var place = points.count
        while place > 0, Self.isAfter(points[place - 1], point) { place -= 1 }
        if place > 0, points[place - 1].seconds == point.seconds,
            points[place - 1].item == point.item
        {
            let known = points[place - 1]
            if point.value == known.value, point.origin > known.origin {
                // The same by two origins: no other evidence, and the larger number is told.
                points[place - 1].origin = point.origin
            }
            guard point.value < known.value else { return false }
            points[place - 1].value = point.value
            points[place - 1].origin = point.origin
            _ = thin(point)
            return true
        }
        points.insertTight(point, at: place)
        return thin(point)
    }

    private static func isAfter(_ left: ServicePoint, _ right: ServicePoint) -> Bool {
        left.seconds != right.seconds ? left.seconds > right.seconds : left.item > right.item
    }

    /// Leaves the first, the smallest and the two newest of the item's group; of the flag only the
    /// smallest and the newest. Says whether `added` itself stayed.
    private mutating func thin(_ added: ServicePoint) -> Bool {
        // Places from the newest back; the newest of equal values is the smallest.
        var places = [8 of Int](repeating: 0)
        var count = 0
        var smallest = 0
        var place = points.count
        while place > 0, count < 8 {
            place -= 1
            let point = points[place]
            if point.group < added.group { break }
            guard point.item == added.item, point.group == added.group else { continue }
            places[count] = place
            if point.value < points[places[smallest]].value { smallest = count }
            count += 1
        }
        let isFlag = added.item == ServiceItem.dueFlag.rawValue
        let stay = isFlag ? 1 : 2
        let end = isFlag ? count : count - 1
        guard end > stay else { return true }
        var isKept = true
        for index in stay..<end where index != smallest {
            if points[places[index]] == added { isKept = false }
            points.remove(at: places[index])
        }
        return isKept
    }

    mutating func removeDays(before day: UInt16) {
        var count = 0
        while count < points.count, points[count].day < day { count += 1 }
        if count > 0 { points.removeSubrange(0..<count) }
    }

    mutating func merge(_ other: ServiceEvidence) {
        for point in other.points { _ = insert(point) }
    }
}
