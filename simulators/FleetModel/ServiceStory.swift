/// When a vehicle's service falls due, and what its holder does about it.
///
/// The display counts down kilometres and days and may go below zero. A story is drawn again until
/// it is *clear*: over the simulated time every service need either crosses the threshold of its
/// rule well and for long, or stays well away from it, so that nobody can argue about the leads
/// that must come. ``ServiceMargins`` says how wide "well" is.
public struct ServiceStory: Sendable {
    /// What the holder does when service comes near.
    public enum Habit: UInt8, Sendable, CaseIterable {
        /// Goes long before the need is announced.
        case early
        /// Goes when the need has been announced and little is left.
        case onTime
        /// Goes when service is long overdue.
        case late
        /// Does not go.
        case never
    }

    public var intervalKilometres: Int
    public var intervalDays: Int
    /// Metres driven since the last service when the simulated time begins.
    public var metresUsedAtStart: Int
    /// Days since the last service when the simulated time begins.
    public var daysUsedAtStart: Int
    public var habit: Habit
    /// Days of the simulated time, from 0, at whose noon a visit resets the display.
    public var visits: [Int]
    /// Whether the display stops at 0 instead of going below.
    public var stopsAtZero: Bool

    /// What a vehicle displays on one day of the simulated time, before noon.
    struct Display {
        var kilometresLeft: Int
        var daysLeft: Int
    }

    /// The display on the morning of a day, given the metres driven before it.
    func display(day: Int, metres: Int, metresAtService: Int, dayOfService: Int) -> Display {
        Display(
            kilometresLeft: intervalKilometres - (metres - metresAtService) / 1000,
            daysLeft: intervalDays - (day - dayOfService))
    }

    /// Attempts at a clear story before a comfortable one is taken instead.
    static let attemptsMax = 400
    /// Days from the start within which a vehicle's first reports may still be on their way.
    static let firstSightDays = 4

    init(seed: UInt64, vehicle: Int, metresByDay: [Int]) {
        var draw = Draw(seed: seed, vehicle: vehicle, question: .service)
        let margins = ServiceMargins(metresByDay: metresByDay)
        for _ in 0..<Self.attemptsMax {
            var story = ServiceStory(&draw, margins: margins)
            if story.live(metresByDay: metresByDay, margins: margins) {
                self = story
                return
            }
        }
        var story = ServiceStory(&draw, margins: margins)
        story.habit = .early
        story.intervalKilometres = margins.kilometresNeverNear
        story.intervalDays = metresByDay.count + 730
        story.metresUsedAtStart = 0
        story.daysUsedAtStart = 0
        story.visits = []
        self = story
    }

    private init(_ draw: inout Draw, margins: ServiceMargins) {
        intervalKilometres =
            margins.isFarDriven ? draw.whole(3...5) * 10_000 : draw.whole(2...4) * 7_500
        intervalDays = draw.chance(0.7) ? 365 : 730
        stopsAtZero = draw.chance(0.1)
        visits = []
        switch draw.unit() {
        case ..<0.1: habit = .early
        case ..<0.4: habit = .onTime
        case ..<0.6: habit = .late
        default: habit = .never
        }
        // Some vehicles come into the simulated time with the need already there.
        switch draw.unit() {
        case ..<0.12:
            metresUsedAtStart = (intervalKilometres - draw.whole(-2_500...850)) * 1000
            daysUsedAtStart = draw.whole(intervalDays / 2...intervalDays - 60)
        case ..<0.2:
            metresUsedAtStart = draw.whole(intervalKilometres / 4...intervalKilometres / 2) * 1000
            daysUsedAtStart = intervalDays - draw.whole(-45...26)
        default:
            metresUsedAtStart = draw.whole(0...intervalKilometres - 1_500) * 1000
            daysUsedAtStart = draw.whole(0...intervalDays - 38)
        }
    }

    /// Lives through the simulated time, noting the visits; false if the story is not clear.
    private mutating func live(metresByDay: [Int], margins: ServiceMargins) -> Bool {
        var metresAtService = -metresUsedAtStart
        var dayOfService = -daysUsedAtStart
        var metres = 0
        var need = NeedWatch()
        var isOverdueAtFirst = false
        for day in 0..<metresByDay.count {
            let shown = display(
                day: day, metres: metres, metresAtService: metresAtService,
                dayOfService: dayOfService)
            need.see(shown, margins: margins)
            if stopsAtZero, margins.mayEscalate(shown) { return false }
            // Being overdue when first seen is another need than becoming overdue: no doubt here.
            if day == 0 { isOverdueAtFirst = margins.isOverdueAtFirst(shown) }
            if day <= Self.firstSightDays, margins.mayEscalate(shown), !isOverdueAtFirst {
                return false
            }
            if goes(shown, margins: margins, daysOfNeed: need.daysSure) {
                // The morning's drives still count towards the old cycle.
                need.seeEnd(
                    display(
                        day: day, metres: metres + metresByDay[day],
                        metresAtService: metresAtService, dayOfService: dayOfService),
                    margins: margins)
                guard need.isClear, isClearReset(from: shown) else { return false }
                visits.append(day)
                metresAtService = metres
                dayOfService = day
                need = NeedWatch()
            }
            metres += metresByDay[day]
        }
        // What the last day's drives bring up must be clear as well.
        let atEnd = display(
            day: metresByDay.count, metres: metres, metresAtService: metresAtService,
            dayOfService: dayOfService)
        if stopsAtZero, margins.mayEscalate(atEnd) { return false }
        need.seeEnd(atEnd, margins: margins)
        return need.isClear
    }

    /// Whether a visit raises the display so much that nobody can overlook it.
    private func isClearReset(from shown: Display) -> Bool {
        intervalKilometres - shown.kilometresLeft >= intervalKilometres * 6 / 10
            || intervalDays - shown.daysLeft >= intervalDays * 6 / 10
    }

    private func goes(_ shown: Display, margins: ServiceMargins, daysOfNeed: Int) -> Bool {
        switch habit {
        case .never: false
        case .early: margins.isNearingNeed(shown)
        case .onTime: daysOfNeed >= 3 && (shown.kilometresLeft <= 500 || shown.daysLeft <= 14)
        case .late: shown.kilometresLeft <= -1_200 || shown.daysLeft <= -28
        }
    }
}

/// How far from a threshold counts as clear. Deliberately not taken from the rules' files: these
/// bounds are wide enough for the defaults (30 days or 1,000 km; overdue by 500 km or 14 days).
struct ServiceMargins: Sendable {
    /// Most kilometres a day that any estimate over this vehicle may arrive at, rounded up.
    var kilometresADayHigh: Double

    /// The market's default while a vehicle's history is short.
    static let kilometresADayDefault = 33.0

    init(metresByDay: [Int]) {
        // The busiest fortnight, and a third on top: an average that forgets within weeks cannot
        // come out higher.
        var busiest = 0
        var sum = 0
        for (day, metres) in metresByDay.enumerated() {
            sum += metres
            if day >= 14 { sum -= metresByDay[day - 14] }
            busiest = max(busiest, sum)
        }
        kilometresADayHigh = max(Self.kilometresADayDefault, Double(busiest) / 14_000) * 1.35
    }

    var isFarDriven: Bool { kilometresADayHigh > 150 }
    var kilometresNeverNear: Int { 400_000 }

    /// Whether some reading of the rule could already see a need.
    func mayBeDue(_ shown: ServiceStory.Display) -> Bool {
        shown.daysLeft <= 36 || mayBeDueByDistance(shown.kilometresLeft)
    }

    /// Whether every reading of the rule must see a need.
    func mustBeDue(_ shown: ServiceStory.Display) -> Bool {
        shown.daysLeft <= 27 || shown.kilometresLeft <= 900
    }

    func mayEscalate(_ shown: ServiceStory.Display) -> Bool {
        shown.daysLeft <= -11 || shown.kilometresLeft <= -350
    }

    func mustEscalate(_ shown: ServiceStory.Display) -> Bool {
        shown.daysLeft <= -17 || shown.kilometresLeft <= -650
    }

    /// Whether a first report shows nothing but an overdue service: overdue by distance, or by time
    /// while the distance is still far. Overdue by time and merely due by distance could be told
    /// either way.
    func isOverdueAtFirst(_ shown: ServiceStory.Display) -> Bool {
        shown.kilometresLeft <= -650
            || (shown.daysLeft <= -17 && !mayBeDueByDistance(shown.kilometresLeft))
    }

    private func mayBeDueByDistance(_ kilometresLeft: Int) -> Bool {
        kilometresLeft <= 1_400 || Double(kilometresLeft) <= 36 * kilometresADayHigh
    }

    /// A little before a need might be seen: when the early ones go.
    func isNearingNeed(_ shown: ServiceStory.Display) -> Bool {
        shown.daysLeft <= 45 || Double(shown.kilometresLeft) <= 45 * kilometresADayHigh
    }
}

/// One service need from reset to reset, as the margins see it.
struct NeedWatch: Sendable {
    /// Days on which a need must be, or may be seen; and the same for being overdue.
    private(set) var daysSure = 0
    private var daysPossible = 0
    private var daysOverdueSure = 0
    private var daysOverduePossible = 0

    /// A need counts as seen for certain after this many days.
    static let daysEnough = 3

    init() {}

    mutating func see(_ shown: ServiceStory.Display, margins: ServiceMargins) {
        if margins.mayBeDue(shown) { daysPossible += 1 }
        if margins.mustBeDue(shown) { daysSure += 1 }
        if margins.mayEscalate(shown) { daysOverduePossible += 1 }
        if margins.mustEscalate(shown) { daysOverdueSure += 1 }
    }

    /// Sees what the simulated time ends with: it may raise a doubt, but adds no day.
    mutating func seeEnd(_ shown: ServiceStory.Display, margins: ServiceMargins) {
        if margins.mayBeDue(shown) { daysPossible += 1 }
        if margins.mayEscalate(shown) { daysOverduePossible += 1 }
    }

    var isClear: Bool {
        (daysPossible == 0 || daysSure >= Self.daysEnough)
            && (daysOverduePossible == 0 || daysOverdueSure >= Self.daysEnough)
    }
}
