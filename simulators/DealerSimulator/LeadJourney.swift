import Customers

/// What one dealer makes of one lead, decided by seed and lead alone: a list of steps.
struct LeadJourney: Sendable {
    struct Step: Sendable {
        let status: LeadStatus
        /// Wait before it, at pace 1.
        let delay: Duration
        var reason: LossReason?
        var text: String?
        var appointment: String?
        var repairOrder: String?
        /// The contact is fetched first: nobody calls without having asked whom.
        var needsContact = false
    }

    let steps: [Step]

    /// Of a hundred leads 3 are false alarms, 4 the dealer declines, 6 customers cannot be reached,
    /// 12 are lost after the talk, 4 come only at the second appointment; the others are done, a
    /// tenth of them in part.
    init(lead: String, seed: UInt64) { steps = Self.steps(lead: lead, seed: seed) }

    private static func steps(lead: String, seed: UInt64) -> [Step] {
        var dice = SeededGenerator(seed: seed, name: lead)
        let fate = dice.share()
        let short = String(lead.suffix(8))
        var steps = [Step(status: .acknowledged, delay: wait(1...3, &dice))]
        func add(
            _ status: LeadStatus, _ seconds: ClosedRange<Double>, _ dice: inout SeededGenerator,
            edit: (inout Step) -> Void = { _ in }
        ) {
            var step = Step(status: status, delay: wait(seconds, &dice))
            edit(&step)
            steps.append(step)
        }
        if fate < 0.04 {
            add(.declinedByDealer, 1...4, &dice)
            return steps
        }
        add(.contactAttempted, 2...6, &dice) { $0.needsContact = true }
        if dice.share() < 0.3 { add(.contactAttempted, 3...8, &dice) }
        if fate < 0.10 {
            add(.unreachable, 3...8, &dice)
            return steps
        }
        add(.contacted, 2...6, &dice) { $0.needsContact = true }
        if fate < 0.22 {
            let reason = LossReason.allCases.randomElement(using: &dice) ?? .noInterest
            add(.lost, 1...4, &dice) {
                $0.reason = reason
                $0.text = reason == .other ? "said later, no date given" : nil
            }
            return steps
        }
        add(.booked, 1...4, &dice) { $0.appointment = "A-\(short)" }
        if fate < 0.26 {
            add(.noShow, 4...9, &dice)
            add(.booked, 2...5, &dice) { $0.appointment = "A-\(short)-2" }
        }
        add(.showed, 4...9, &dice)
        if fate < 0.29 {
            add(.falseAlarm, 2...4, &dice)
            return steps
        }
        add(.inWorkshop, 1...3, &dice) { $0.repairOrder = "R-\(short)" }
        add(dice.share() < 0.1 ? .donePartial : .done, 4...12, &dice) {
            $0.repairOrder = "R-\(short)"
        }
        return steps
    }

    private static func wait(
        _ seconds: ClosedRange<Double>, _ dice: inout SeededGenerator
    ) -> Duration {
        .milliseconds(
            Int64(
                1000
                    * (seconds.lowerBound + dice.share()
                        * (seconds.upperBound - seconds.lowerBound))))
    }
}
