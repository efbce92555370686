public import VehicleSignals

/// What is kept over a restart besides the journal: each vehicle's state, its days, the counters,
/// names that lead to no vehicle yet, and messages that could not be decoded; all together with
/// the journal position up to which they are applied.
///
/// States and counters are bytes to the store; their form is their owner's. Nothing in these
/// signatures says what keeps them. Calls may come from any thread and block it; readings run
/// beside a save. What is handed a row (`forEachVehicle`, `forEachDay`) may save, but must not
/// read from the store.
public protocol StateStore: Sendable {
    /// Stores everything of `flush` and its position in one transaction. Saving the same flush
    /// again changes nothing.
    ///
    /// For each join the days of the unlinked number are joined into those of the vehicle by
    /// `joiningDays`, after the flush's own days are stored; number and name are then gone. What
    /// is `removed` goes after that.
    func save(
        _ flush: StateFlush, joiningDays: (VehicleDayRow, VehicleDayRow) -> VehicleDayRow
    ) throws(StateStoreError)

    /// Position, counters and catalogues; `nil` before the first save.
    func snapshot() throws(StateStoreError) -> StoredSnapshot?

    /// Hands out every vehicle's state in the order of keys, with the number of the catalogue by
    /// which it was written (see ``StoredSnapshot/catalogues``).
    func forEachVehicle(
        _ body: (_ vehicle: VehicleKey, _ catalogue: Int64, _ state: RawSpan) -> Void
    ) throws(StateStoreError)

    func unlinkedNames() throws(StateStoreError) -> [UnlinkedName]

    /// What stateful formats remember of their senders.
    func sessions() throws(StateStoreError) -> [SessionRow]

    /// Removes names not heard since `cutoff` with their states and days; returns their numbers.
    func removeUnlinked(lastSeenBefore cutoff: Timestamp) throws(StateStoreError) -> [VehicleKey]

    /// Hands out the days of all vehicles in a span, both ends included, by day and vehicle.
    func forEachDay(
        from first: Day, through last: Day, _ body: (VehicleDayRow) -> Void
    ) throws(StateStoreError)

    /// The days of one vehicle, in order.
    func days(of vehicle: VehicleKey) throws(StateStoreError) -> [VehicleDayRow]

    /// Removes the days of all vehicles before `day`; returns how many rows.
    func removeDays(before day: Day) throws(StateStoreError) -> Int

    /// Quarantined messages with a number above `id`, in order, at most `limit`; of one standing
    /// only, if given.
    func quarantined(
        after id: Int64, standing: QuarantineStanding?, limit: Int
    ) throws(StateStoreError) -> [QuarantineEntry]

    func quarantined(id: Int64) throws(StateStoreError) -> QuarantineEntry?

    /// Notes what became of a quarantined message; `false` if there is none of that number.
    func setQuarantine(
        id: Int64, standing: QuarantineStanding
    ) throws(StateStoreError) -> Bool

    func quarantineFigures() throws(StateStoreError) -> QuarantineFigures

    /// Has open messages wait for being decoded again by the running gateway; returns which.
    func requestRetry(_ request: RetryRequest) throws(StateStoreError) -> [Int64]

    /// Messages that somebody asked to have decoded again, in the order of their places in the
    /// journal: at most `limit`, and no further one with which their payloads, as long as they
    /// were before they were cut, would take more than `payloadBytes`; but one at the least.
    func quarantinedToRetry(
        limit: Int, payloadBytes: Int
    ) throws(StateStoreError) -> [QuarantineEntry]

    /// Notes in one transaction what became of messages.
    func setQuarantine(_ ids: [Int64], standing: QuarantineStanding) throws(StateStoreError)

    /// Removes quarantined messages that arrived before `cutoff`, of whatever standing, and counts
    /// those that were still waiting; returns how many went. On return their bytes are gone from
    /// the disk.
    func removeQuarantined(arrivedBefore cutoff: Timestamp) throws(StateStoreError) -> Int

    /// Asks the running gateway to save what it holds at once; returns the request's number,
    /// ascending.
    func requestSave() throws(StateStoreError) -> Int64

    /// Whether what the gateway held when `request` was made is saved.
    func isSaveDone(_ request: Int64) throws(StateStoreError) -> Bool

    /// The newest request for a save that waits. A save that begins after this was read answers it
    /// and all before it.
    func requestedSave() throws(StateStoreError) -> Int64?

    /// Notes that `request` and all before it are answered.
    func noteSave(_ request: Int64) throws(StateStoreError)

    /// Asks the running gateway to erase what is kept of `vehicle`, or of a name that leads to
    /// none; returns the request's number.
    func requestErasure(
        of vehicle: VehicleKey, source: String, externalID: [UInt8], now: Timestamp
    ) throws(StateStoreError) -> Int64

    func erasure(_ id: Int64) throws(StateStoreError) -> ErasureRequest?

    /// The oldest erasure that is not over.
    func nextErasure() throws(StateStoreError) -> ErasureRequest?

    /// Notes how far an erasure is. With the last step the name in it is erased too.
    func note(_ request: ErasureRequest) throws(StateStoreError)

    /// One vehicle's state, with the number of the catalogue by which it was written.
    func vehicle(
        _ key: VehicleKey
    ) throws(StateStoreError) -> (catalogue: Int64, state: [UInt8])?

    /// Removes everything that is kept under `vehicle`, and every quarantined message for which
    /// `isMeant(topic, payload)` says so. On return the bytes are gone from the disk.
    func erase(
        _ vehicle: VehicleKey, quarantinedWhere isMeant: (RawSpan, RawSpan) -> Bool
    ) throws(StateStoreError) -> ErasureOutcome

    /// Removes what stateful formats remember of the senders for which `isMeant` says so; returns
    /// of how many. On return the bytes are gone from the disk.
    func eraseSessions(where isMeant: (SessionRow) -> Bool) throws(StateStoreError) -> Int

    func close() throws(StateStoreError)
}

/// What stands in the store besides the vehicles.
public struct StoredSnapshot: Sendable, Equatable {
    /// Everything up to here is applied; the journal is replayed from behind it.
    public var position: JournalPosition
    /// As the last save gave them.
    public var counters: [UInt8]
    /// Lists by catalogue number: states written before a change of signals or sources keep the
    /// numbers of theirs until they are saved again.
    public var catalogues: [Int64: StoredCatalogue]
    /// The catalogue of the last save.
    public var catalogue: Int64
    public var vehicles: Int
    /// See ``StateFlush/basis``.
    public var basis: String

    public init(
        position: JournalPosition, counters: [UInt8], catalogues: [Int64: StoredCatalogue],
        catalogue: Int64, vehicles: Int, basis: String
    ) {
        self.position = position
        self.counters = counters
        self.catalogues = catalogues
        self.catalogue = catalogue
        self.vehicles = vehicles
        self.basis = basis
    }
}

/// What an erasure removed.
public struct ErasureOutcome: Sendable, Equatable {
    public var states: Int
    public var days: Int
    public var names: Int
    public var quarantined: Int

    public init(states: Int, days: Int, names: Int, quarantined: Int) {
        self.states = states
        self.days = days
        self.names = names
        self.quarantined = quarantined
    }
}
