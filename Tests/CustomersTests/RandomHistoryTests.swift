import Customers
import Testing
import VehicleSignals

/// Random lives of vehicles, people and rights. Whatever the decision function allows is checked
/// by a plain second look that shares no code with it.
@Suite struct RandomHistoryTests {
    @Test(arguments: 0..<40)
    func `nothing is allowed without a live grant at that instant`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var allowed = 0
        for _ in 0..<500 {
            let facts = randomFacts(&random)
            let eventTime = time(&random)
            let question = SharingQuestion(
                recipient: Bool.random(using: &random) ? "D1" : "D2", purpose: .dealerShare,
                dataClasses: leadDataClasses, eventTime: eventTime,
                time: max(eventTime, time(&random)))
            guard case .allowed(let basis) = allows(question, facts: facts) else { continue }
            allowed += 1
            #expect(isJustified(question, basis, facts), "seed \(seed): \(question) \(facts)")
        }
        #expect(allowed > 0, "seed \(seed) allowed nothing: the test looks at nothing")
    }

    @Test(arguments: 0..<20)
    func `a no at the instant of sharing always stops it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        for _ in 0..<500 {
            var facts = randomFacts(&random)
            let question = SharingQuestion(
                recipient: "D1", purpose: .dealerShare, dataClasses: leadDataClasses,
                eventTime: time(&random), time: Timestamp(seconds: 100))
            for person in Int64(1)...3 {
                facts.permissions.append(
                    PermissionRecord(
                        id: 1000 + person, person: person, controller: "D1",
                        purpose: .dealerShare, state: .withdrawn, at: question.time))
            }
            #expect(!allows(question, facts: facts).isAllowed, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20)
    func `the order of the records does not matter`(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 2000)
        for _ in 0..<200 {
            let facts = randomFacts(&random)
            var shuffled = facts
            shuffled.permissions.shuffle(using: &random)
            shuffled.choices.shuffle(using: &random)
            shuffled.agreements.shuffle(using: &random)
            shuffled.epochs.shuffle(using: &random)
            let question = SharingQuestion(
                recipient: "D1", purpose: .dealerShare, dataClasses: leadDataClasses,
                eventTime: time(&random), time: time(&random))
            #expect(allows(question, facts: facts) == allows(question, facts: shuffled))
        }
    }

    // MARK: - The second look

    private func isJustified(
        _ question: SharingQuestion, _ basis: SharingBasis, _ facts: SharingFacts
    ) -> Bool {
        guard let epoch = facts.epochs.first(where: { $0.id == basis.epoch }),
            epoch.from <= question.eventTime, epoch.from <= question.time,
            epoch.to.map({ $0 > question.time && $0 > question.eventTime }) ?? true,
            epoch.disputed == nil, facts.gate != .off, !facts.doNotContact.contains(epoch.person)
        else { return false }
        let choices = facts.choices.filter { $0.epoch == epoch.id && $0.at <= question.time }
        guard let newest = choices.map(\.at).max(),
            choices.contains(where: { $0.at == newest && $0.id == basis.choice }),
            let dealer = facts.dealers.first(where: { dealer in
                choices.contains { $0.id == basis.choice && $0.dealer == dealer.id }
            }), dealer.key == question.recipient
        else { return false }
        guard let agreement = facts.agreements.first(where: { $0.id == basis.agreement }),
            agreement.status == .active, agreement.validFrom <= question.time,
            agreement.validTo.map({ $0 > question.time }) ?? true,
            agreement.dealer == dealer.id, agreement.purposes.contains(.dealerShare)
        else { return false }
        return isGranted(question, basis, facts, epoch, [dealer.key, agreement.manufacturer])
    }

    private func isGranted(
        _ question: SharingQuestion, _ basis: SharingBasis, _ facts: SharingFacts,
        _ epoch: HoldingEpoch, _ controllers: [String]
    ) -> Bool {
        let relevant = facts.permissions.filter {
            $0.person == epoch.person && $0.purpose == .dealerShare && $0.at <= question.time
                && $0.channel == nil && controllers.contains($0.controller)
                && ($0.epoch == nil || $0.epoch == epoch.id)
        }
        // No unanswered "no": each is followed by a later word in the same thread.
        for no in relevant where no.state.stance == .no {
            let isAnswered = relevant.contains {
                $0.controller == no.controller && $0.epoch == no.epoch
                    && ($0.at > no.at
                        || ($0.at == no.at && $0.id > no.id && $0.state.stance == .no))
            }
            if !isAnswered { return false }
        }
        return !basis.permissions.isEmpty
            && basis.permissions.allSatisfy { id in
                relevant.contains {
                    $0.id == id && ($0.state == .given || $0.state == .renewed)
                        && ($0.validUntil.map { $0 > question.time } ?? true)
                }
            }
    }

    // MARK: - Random lives

    private func time(_ random: inout SeededGenerator) -> Timestamp {
        Timestamp(seconds: Int64.random(in: 0...100, using: &random))
    }

    private func randomFacts(_ random: inout SeededGenerator) -> SharingFacts {
        var facts = SharingFacts(
            brand: "ACME", gate: Int.random(in: 0..<10, using: &random) == 0 ? .off : .all)
        for id in Int64(1)...Int64.random(in: 1...3, using: &random) {
            let from = Timestamp(seconds: Int64.random(in: 0...60, using: &random))
            facts.epochs.append(
                HoldingEpoch(
                    id: id, vehicle: VehicleKey(1), person: Int64.random(in: 1...3, using: &random),
                    role: HolderRole.allCases.randomElement(using: &random) ?? .owner, from: from,
                    to: Bool.random(using: &random)
                        ? nil : from.advanced(by: .seconds(.random(in: 0...60, using: &random))),
                    disputed: Int.random(in: 0..<10, using: &random) == 0 ? "SOLD_VEHICLE" : nil))
        }
        if Int.random(in: 0..<10, using: &random) == 0 { facts.doNotContact = [1] }
        for id in Int64(1)...4 {
            facts.choices.append(
                DealerChoice(
                    id: id, epoch: Int64.random(in: 1...3, using: &random),
                    dealer: [1, 1, 2, nil].randomElement(using: &random) ?? nil,
                    at: time(&random)))
            facts.agreements.append(
                Agreement(
                    id: id, manufacturer: "MAKER", dealer: id % 2 + 1, version: Int(id / 2) + 1,
                    purposes: [.dealerShare], dataClasses: leadDataClasses,
                    validFrom: time(&random),
                    validTo: Bool.random(using: &random) ? nil : time(&random),
                    status: Int.random(in: 0..<8, using: &random) == 0 ? .suspended : .active))
        }
        facts.dealers = [
            Dealer(
                id: 1, key: "D1", name: "One", timeZone: "UTC", kind: .franchised,
                brands: ["ACME"]),
            Dealer(
                id: 2, key: "D2", name: "Two", timeZone: "UTC", kind: .independent, brands: ["*"]),
        ]
        for id in Int64(1)...Int64.random(in: 1...12, using: &random) {
            facts.permissions.append(
                PermissionRecord(
                    id: id, person: Int64.random(in: 1...3, using: &random),
                    controller: ["D1", "D2", "MAKER"].randomElement(using: &random) ?? "D1",
                    purpose: Int.random(in: 0..<5, using: &random) == 0 ? .analytics : .dealerShare,
                    channel: Int.random(in: 0..<5, using: &random) == 0 ? .email : nil,
                    epoch: Int.random(in: 0..<4, using: &random) == 0 ? 1 : nil,
                    state: Bool.random(using: &random)
                        ? .given : PermissionState.allCases.randomElement(using: &random) ?? .given,
                    at: time(&random),
                    validUntil: Int.random(in: 0..<4, using: &random) == 0 ? time(&random) : nil))
        }
        return facts
    }
}
