import VehicleSignals
import VehicleState

/// Where evaluations put their firings, with the scratch space they reuse: one a worker, so that
/// nothing is allocated a message once it has grown.
public struct FiringDesk: Sendable {
    /// In the order in which they are to be stored. The caller empties it.
    public var firings: [Firing] = []
    var desired: [Desired] = []
    var codeStates: [CodeState] = []
    var cycleStarts: [UInt32] = []

    public init() {}
}

/// What the firings of one evaluation have in common.
struct FiringFrame {
    var vehicle: VehicleKey
    var ruleVersion: UInt16
    var odometerMetres: Int64?
    var odometerTime: Timestamp?
    /// Filled in for triggers that are open now.
    var details: Firing?
    /// Days by which the expected date must move for an update.
    var updateDays: Double = 7

    func firing(_ desired: Desired, deed: Deed, tier: UInt8) -> Firing {
        let time = Timestamp(seconds: Int64(desired.seconds))
        var firing = Firing(
            vehicle: vehicle, code: desired.code, cycle: desired.cycle, deed: deed, tier: tier,
            ruleVersion: ruleVersion, eventTime: time)
        if let details, desired.status != .resolved {
            firing = details
            firing.code = desired.code
            firing.cycle = desired.cycle
            firing.deed = deed
            firing.tier = tier
            firing.eventTime = time
        }
        firing.position = desired.position
        firing.odometerMetres = odometerMetres
        firing.odometerTime = odometerTime
        firing.isEndedByVisit = desired.isEndedByVisit
        if desired.code == .serviceDueSoon, tier == 2, deed != .resolve {
            firing.escalatedBy = .serviceOverdue
        }
        firing.inputsHash = firing.hashOfInputs
        return firing
    }
}

extension Firing {
    /// FNV-1a over what makes this firing differ from another of the same trigger.
    fileprivate var hashOfInputs: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ value: UInt64) {
            for place in 0..<8 {
                hash = (hash ^ (value >> UInt64(place * 8) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        add(UInt64(code.rawValue) << 32 | UInt64(deed.rawValue) << 16 | UInt64(tier))
        add(UInt64(position) << 32 | UInt64(cycle) << 16 | UInt64(ruleVersion))
        add(UInt64(bitPattern: eventTime.milliseconds))
        add(UInt64(bitPattern: Int64(dueExpected?.daysSinceEpoch ?? .min)))
        for place in 0..<facts.count {
            add(UInt64(facts[place].name.rawValue))
            add(facts[place].value.bitPattern)
        }
        return hash
    }
}

extension RuleTracks {
    /// Tells the difference between what the evidence wants (`desk.desired`) and what was told of
    /// triggers whose code lies in `range`, and remembers it as told.
    mutating func tell(
        _ range: ClosedRange<UInt8>, frame: (Desired) -> FiringFrame, now: Timestamp,
        desk: inout FiringDesk
    ) {
        for index in desk.desired.indices {
            let desired = desk.desired[index]
            let known = emitted.firstIndex { $0.isTrigger(desired) }
            if let known, emitted[known].status == .resolved, desired.status == .resolved {
                continue
            }
            let frame = frame(desired)
            let due = frame.details?.dueExpected?.daysSinceEpoch ?? .min
            if let known {
                change(known, to: desired, due: due, frame: frame, desk: &desk)
            } else {
                begin(desired, frame: frame, desk: &desk)
                emitted.insertTight(
                    Emitted(
                        code: desired.code, status: desired.status, tier: desired.tier,
                        cycle: desired.cycle, position: desired.position, dueDay: due),
                    at: emitted.count)
            }
        }
        var place = emitted.count
        while place > 0 {
            place -= 1
            let told = emitted[place]
            guard range.contains(told.code.rawValue),
                !desk.desired.contains(where: { told.isTrigger($0) })
            else { continue }
            let gone = Desired(
                code: told.code, position: told.position, cycle: told.cycle, status: .resolved,
                tier: told.tier, seconds: UInt32(clamping: now.milliseconds / 1000))
            desk.firings.append(
                frame(gone).firing(gone, deed: .withdraw, tier: told.tier))
            emitted.remove(at: place)
        }
    }

    /// A trigger that was not told before: every step that brought it where it is.
    private func begin(_ desired: Desired, frame: FiringFrame, desk: inout FiringDesk) {
        switch desired.status {
        case .open:
            desk.firings.append(frame.firing(desired, deed: .open, tier: desired.tier))
        case .escalated:
            desk.firings.append(frame.firing(desired, deed: .open, tier: 3))
            desk.firings.append(frame.firing(desired, deed: .escalate, tier: desired.tier))
        case .resolved:
            desk.firings.append(frame.firing(desired, deed: .open, tier: desired.tier))
            desk.firings.append(frame.firing(desired, deed: .resolve, tier: desired.tier))
        }
    }

    private mutating func change(
        _ place: Int, to desired: Desired, due: Int32, frame: FiringFrame,
        desk: inout FiringDesk
    ) {
        let told = emitted[place]
        let deed: Deed? =
            switch (told.status, desired.status) {
            case (.resolved, .resolved): nil
            case (.resolved, .open): .open
            case (_, .resolved): .resolve
            case (.open, .escalated): .escalate
            case (.escalated, .open): .update
            case (.resolved, .escalated): .escalate
            case (.open, .open), (.escalated, .escalated):
                told.tier != desired.tier || isMoved(told.dueDay, due, frame) ? .update : nil
            }
        guard let deed else { return }
        if told.status == .resolved, desired.status == .escalated {
            desk.firings.append(frame.firing(desired, deed: .open, tier: 3))
        }
        desk.firings.append(frame.firing(desired, deed: deed, tier: desired.tier))
        emitted[place].status = desired.status
        emitted[place].tier = desired.tier
        emitted[place].dueDay = due
    }

    private func isMoved(_ told: Int32, _ now: Int32, _ frame: FiringFrame) -> Bool {
        if told == .min || now == .min { return told != now && now != .min }
        return abs(Double(told) - Double(now)) >= frame.updateDays
    }
}
