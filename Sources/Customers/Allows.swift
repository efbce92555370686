public import VehicleSignals

/// The data classes of a lead without a person: the vehicle's model, its state, the trigger.
public let leadDataClasses: Set<DataClass> = [.vehicleStatic, .technicalState, .triggers]

/// The data classes of a contact: who, and which car.
public let contactDataClasses: Set<DataClass> = [.vehicleStatic, .identityContact]

/// The one decision about sharing with a dealer. Whatever leaves the gateway towards a dealer
/// was allowed by this function, for the moment at which it leaves.
///
/// All of these must hold, asked in this order; the first that does not is the reason:
/// the gate is not off; the holder at the event time still holds the vehicle and that is not in
/// doubt; the holder did not ask to be left alone; the holder's dealer is the recipient; the dealer
/// services the brand; an agreement in force covers purpose and data; the permission is in force.
public func allows(_ question: SharingQuestion, facts: SharingFacts) -> SharingDecision {
    if facts.gate == .off { return .refused(.gateOff) }
    let epoch: HoldingEpoch
    switch currentHolder(facts, eventTime: question.eventTime, time: question.time) {
    case .success(let found): epoch = found
    case .failure(let reason): return .refused(reason)
    }
    if facts.doNotContact.contains(epoch.person), question.purpose.needsPermission {
        return .refused(.doNotContact)
    }
    if let silence = epoch.silentUntil, question.time < silence, question.purpose.needsPermission {
        return .refused(.silenceAfterComplaint)
    }
    guard let choice = choice(of: facts.choices, epoch: epoch.id, at: question.time),
        let chosen = choice.dealer
    else { return .refused(.dealerUnset) }
    guard let dealer = facts.dealers.first(where: { $0.id == chosen }) else {
        return .refused(.dealerUnknown)
    }
    guard dealer.key == question.recipient else { return .refused(.dealerNotChosen) }
    guard dealer.services(facts.brand) else { return .refused(.dealerLacksBrand) }

    let covering: Agreement
    switch agreement(
        of: facts.agreements, dealer: dealer.id, brand: facts.brand, purpose: question.purpose,
        dataClasses: question.dataClasses, at: question.time)
    {
    case .covered(let found): covering = found
    case .refused(let reason): return .refused(reason)
    }
    return decide(
        question, dealer: dealer, agreement: covering, epoch: epoch, choice: choice, facts)
}

/// The last step: the person's permission, without a channel and, where one is meant, with it.
private func decide(
    _ question: SharingQuestion, dealer: Dealer, agreement: Agreement, epoch: HoldingEpoch,
    choice: DealerChoice, _ facts: SharingFacts
) -> SharingDecision {
    var basis = SharingBasis(
        epoch: epoch.id, choice: choice.id, agreement: agreement.id, permissions: [],
        grounds: [.legalObligation])
    guard question.purpose.needsPermission else { return .allowed(basis) }
    let records = facts.permissions.filter { $0.person == epoch.person }
    switch permission(
        in: records, purpose: question.purpose, controllers: [dealer.key, agreement.manufacturer],
        channel: question.channel, epoch: epoch.id, at: question.time)
    {
    case .yes(let ids):
        basis.permissions = ids
        let grounds = Set(records.filter { ids.contains($0.id) }.map(\.basis))
        basis.grounds = LegalBasis.allCases.filter { grounds.contains($0) }
        return .allowed(basis)
    case .no: return .refused(.permissionWithdrawn)
    case .lapsed: return .refused(.permissionLapsed)
    case .missing: return .refused(.permissionMissing)
    }
}

/// The dealer to whom a trigger goes at `time`, or why it is parked.
public func route(
    purpose: Purpose, dataClasses: Set<DataClass>, eventTime: Timestamp, time: Timestamp,
    facts: SharingFacts
) -> Routing {
    if facts.gate == .off { return .parked(.gateOff) }
    let epoch: HoldingEpoch
    switch currentHolder(facts, eventTime: eventTime, time: time) {
    case .success(let found): epoch = found
    case .failure(let reason): return .parked(reason)
    }
    guard let chosen = choice(of: facts.choices, epoch: epoch.id, at: time)?.dealer else {
        return .parked(.dealerUnset)
    }
    guard let dealer = facts.dealers.first(where: { $0.id == chosen }) else {
        return .parked(.dealerUnknown)
    }
    let question = SharingQuestion(
        recipient: dealer.key, purpose: purpose, dataClasses: dataClasses, eventTime: eventTime,
        time: time)
    switch allows(question, facts: facts) {
    case .allowed(let basis): return .dealer(dealer, basis)
    case .refused(let reason): return .parked(reason)
    }
}

/// The epoch that held the vehicle at the event and still holds it, undisputed.
private func currentHolder(
    _ facts: SharingFacts, eventTime: Timestamp, time: Timestamp
) -> Result<HoldingEpoch, RefusalReason> {
    let then: HoldingEpoch
    switch holder(of: facts.epochs, at: eventTime) {
    case .nobody: return .failure(.noHolder)
    case .contested: return .failure(.holderContested)
    case .holder(let epoch): then = epoch
    }
    switch holder(of: facts.epochs, at: time) {
    case .nobody: return .failure(.ownershipChanged)
    case .contested: return .failure(.holderContested)
    case .holder(let epoch):
        guard epoch.id == then.id else { return .failure(.ownershipChanged) }
        return epoch.disputed == nil ? .success(epoch) : .failure(.ownershipDisputed)
    }
}

extension Purpose {
    /// Safety rests on law; everything else on the person's word.
    public var needsPermission: Bool { self != .safety }
}
