import TriggerRules
import VehicleSignals
import VehicleState

/// Numbers that look random and are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The signals of these tests.
enum Signals {
    static let paths: [(SignalRole, SignalDefinition.Datatype, String)] = [
        (.odometer, .uint32, "m"), (.speed, .float, "km/h"), (.serviceDistance, .float, "km"),
        (.serviceTime, .int32, "s"), (.oilDistance, .float, "km"), (.oilTime, .int32, "s"),
        (.serviceDue, .boolean, ""), (.lowVoltage, .float, "V"), (.lowVoltageState, .string, ""),
        (.troubleCodes, .troubleCodes, ""), (.confirmedCodes, .troubleCodes, ""),
        (.malfunctionLamp, .boolean, ""),
    ]
    static let catalogue = makeCatalogue()
    static let roles = SignalRoles(catalogue: catalogue)
    static let states = ["UNDEFINED", "LOCK", "OFF", "ACC", "ON", "START"]

    private static func makeCatalogue() -> SignalCatalogue {
        let definitions = paths.map { role, datatype, unit in
            SignalDefinition(
                path: role.path ?? "", datatype: datatype, unit: Unit(named: unit) ?? .none,
                allowed: role == .lowVoltageState ? states : [])
        }
        do { return try SignalCatalogue(definitions) } catch {
            preconditionFailure("the test's own catalogue is sound: \(error)")
        }
    }

    static func id(_ role: SignalRole) -> SignalID {
        catalogue.id(of: role.path ?? "") ?? .unknown
    }
}

/// One message of a vehicle: some readings of one time.
struct Message {
    var time: Timestamp
    var readings: [Reading] = []
    var isRetained = false
    var quality = TimeQuality.event

    init(_ time: Timestamp) { self.time = time }

    private func with(_ role: SignalRole, _ kind: ValueKind, _ bits: UInt64) -> Message {
        var copy = self
        copy.readings.append(
            Reading(
                signal: Signals.id(role), time: quality == .none ? .distantPast : time,
                timeQuality: quality, isRetained: isRetained, kind: kind, bits: bits))
        return copy
    }

    func retained(_ quality: TimeQuality = .event) -> Message {
        var copy = self
        copy.isRetained = true
        copy.quality = quality
        return copy
    }

    func odometer(_ km: Double) -> Message {
        with(.odometer, .integer, UInt64(Int64((km * 1000).rounded())))
    }
    func speed(_ value: Double) -> Message { with(.speed, .double, value.bitPattern) }
    func distance(_ km: Double, oil: Bool = false) -> Message {
        with(oil ? .oilDistance : .serviceDistance, .double, km.bitPattern)
    }
    func days(_ days: Double, oil: Bool = false) -> Message {
        with(
            oil ? .oilTime : .serviceTime, .integer,
            UInt64(bitPattern: Int64((days * 86_400).rounded())))
    }
    func due(_ isDue: Bool) -> Message { with(.serviceDue, .boolean, isDue ? 1 : 0) }
    func volts(_ volts: Double) -> Message { with(.lowVoltage, .double, volts.bitPattern) }
    func state(_ word: String) -> Message {
        with(.lowVoltageState, .allowed, UInt64(Signals.states.firstIndex(of: word) ?? 0))
    }
    func lamp(_ isOn: Bool) -> Message { with(.malfunctionLamp, .boolean, isOn ? 1 : 0) }
    func codes(_ codes: [String], confirmed: Bool = false) -> Message {
        let role: SignalRole = confirmed ? .confirmedCodes : .troubleCodes
        var message = with(role, .listCount, UInt64(codes.count))
        for code in codes {
            message = message.with(role, .troubleCode, UInt64(TroubleCode(code)?.packed ?? 0))
        }
        return message
    }
}

/// What a store would hold of a vehicle's triggers after all firings.
struct TriggerBook: Equatable {
    struct Key: Hashable, Comparable {
        var code: String
        var position: String
        var cycle: UInt16
        static func < (left: Key, right: Key) -> Bool {
            (left.code, left.position, left.cycle) < (right.code, right.position, right.cycle)
        }
    }
    enum Status: Equatable { case open, escalated, resolved, withdrawn }
    var triggers: [Key: Status] = [:]

    mutating func take(_ firing: Firing) {
        let key = Key(code: firing.code.code, position: firing.positionText, cycle: firing.cycle)
        switch firing.deed {
        case .open: triggers[key] = .open
        case .escalate: triggers[key] = .escalated
        case .update:
            triggers[key] = firing.tier == 2 && triggers[key] == .escalated ? .escalated : .open
        case .resolve: triggers[key] = .resolved
        case .withdraw: triggers[key] = .withdrawn
        }
    }

    /// Without those that never were.
    var standing: [Key: Status] { triggers.filter { $0.value != .withdrawn } }

    /// `SV-01/1 open`, sorted.
    var summary: [String] {
        standing.sorted { $0.key < $1.key }.map { key, status in
            let place = key.position.isEmpty ? "" : "@" + key.position
            return "\(key.code)\(place)/\(key.cycle) \(status)"
        }
    }
}

/// A vehicle with its clock, rules and facts.
struct Car {
    static let zone = TimeZoneRules(
        name: "Test/East", stretches: [.init(from: .distantPast, offsetSeconds: 3600)])

    var slot = VehicleSlot()
    var rules = RuleSet()
    var facts = VehicleFacts()
    var configuration = StateConfiguration()
    var desk = FiringDesk()
    var book = TriggerBook()
    var fired: [Firing] = []
    /// The vehicle's own clock: its newest event time.
    var clock = Timestamp.distantPast
    var lastOutcome = MessageOutcome()
    /// What makes the next readings.
    var origin = OriginID(1)

    mutating func apply(_ message: Message) {
        if message.quality != .none { clock = max(clock, message.time) }
        let readings = message.readings
        lastOutcome = slot.apply(
            readings.span, in: 0..<readings.count, source: SourceID(0), origin: origin,
            roles: Signals.roles, rules: rules, zone: Self.zone, now: max(clock, message.time),
            arrival: message.time,
            configuration: configuration)
    }

    mutating func evaluate(at now: Timestamp? = nil) {
        desk.firings.removeAll(keepingCapacity: true)
        slot.evaluate(
            vehicle: VehicleKey(7), facts: facts, rules: rules, zone: Self.zone,
            now: now ?? clock, configuration: configuration, desk: &desk)
        for firing in desk.firings { book.take(firing) }
        fired.append(contentsOf: desk.firings)
    }

    mutating func send(_ message: Message) {
        apply(message)
        evaluate()
    }

    /// Time passes without a message: evaluates whenever the slot asked for it.
    mutating func wait(until time: Timestamp) {
        var steps = 0
        while slot.nextTimer <= time, steps < 1_000 {
            clock = max(clock, slot.nextTimer)
            evaluate()
            steps += 1
        }
        clock = max(clock, time)
        evaluate()
    }

    func explain(_ code: TriggerCode, at now: Timestamp? = nil) -> Explanation {
        slot.explain(
            code, facts: facts, rules: rules, zone: Self.zone, now: now ?? clock,
            configuration: configuration)
    }

    var deeds: [String] { fired.map { "\($0.code.code) \($0.deed.word)" } }
}

/// 1 January 2026, noon UTC, and so many days and hours after it.
func noon(_ day: Int, _ hours: Double = 0) -> Timestamp {
    Timestamp(seconds: 1_767_268_800 + Int64(day) * 86_400 + Int64((hours * 3600).rounded()))
}
