import Synchronization
public import VehicleSignals

/// Names that sources use and that lead to no vehicle yet. Each gets a number of its own, under
/// which its state is kept apart until an import says whose it is, or a limit passes.
public final class UnlinkedNames: Sendable {
    /// A name as a source uses it.
    public struct Name: Sendable, Hashable {
        public var source: SourceID
        public var externalID: [UInt8]

        public init(source: SourceID, externalID: [UInt8]) {
            self.source = source
            self.externalID = externalID
        }
    }

    /// What is kept of a name.
    public struct Entry: Sendable {
        public var name: Name
        public var key: VehicleKey
        public var firstSeen: Timestamp
        public var lastSeen: Timestamp

        public init(name: Name, key: VehicleKey, firstSeen: Timestamp, lastSeen: Timestamp) {
            self.name = name
            self.key = key
            self.firstSeen = firstSeen
            self.lastSeen = lastSeen
        }
    }

    /// How far "last heard" may run ahead of what is stored: names are forgotten after days, so
    /// writing each at every snapshot would store nothing that anybody asks for.
    static let storedLagMax = TimeSpan.hours(1)

    /// How long a name holds its number under which no message was believed: nothing is kept under
    /// it, so it only has to outlast what is on its way.
    static let unbelievedKept = TimeSpan.hours(1)

    /// Before which moments names are forgotten.
    struct Limits {
        var unheard: Timestamp
        var unbelieved: Timestamp
    }

    private struct Contents {
        var byName: [Name: Entry] = [:]
        /// "Last heard" as it stands in the store, of names that stand there.
        var storedSeen: [Name: Timestamp] = [:]
        /// Names, by number, under which no message was believed: nobody is told of them.
        var unbelieved: [VehicleKey: Name] = [:]
        var nextNumber = VehicleKey.firstUnlinked.number
        /// How often numbers ended without a vehicle to take over what stands under them.
        var forgettings: UInt64 = 0

        var believed: [Entry] {
            byName.values.filter { unbelieved[$0.key] == nil }
        }

        @discardableResult
        mutating func forget(_ name: Name) -> Entry? {
            let entry = byName.removeValue(forKey: name)
            if let entry { unbelieved[entry.key] = nil }
            storedSeen[name] = nil
            return entry
        }
    }

    /// Most names kept apart at one time; beyond it, names are counted and their state dropped.
    public let limit: Int
    private let contents: Mutex<Contents>

    /// - Parameters:
    ///   - known: names stored by an earlier run.
    ///   - highest: the highest number that was ever stored; no number is given twice, even if its
    ///     name is none of the known ones any more.
    public init(limit: Int, known: [Entry], after highest: VehicleKey = .unknown) {
        self.limit = limit
        var start = Contents()
        if highest.isUnlinked { start.nextNumber = highest.number + 1 }
        for entry in known {
            start.byName[entry.name] = entry
            start.storedSeen[entry.name] = entry.lastSeen
            start.nextNumber = max(start.nextNumber, entry.key.number + 1)
        }
        contents = Mutex(start)
    }

    /// The number of a name, given now if it has none; `.unknown` when the limit is reached.
    public func key(for name: Name, at arrival: Timestamp) -> VehicleKey {
        contents.withLock { contents in
            if contents.byName[name] != nil {
                if let seen = contents.byName[name]?.lastSeen, seen < arrival {
                    contents.byName[name]?.lastSeen = arrival
                }
                return contents.byName[name]?.key ?? .unknown
            }
            // Rubbish under new names must not take the room of names that count.
            guard contents.byName.count - contents.unbelieved.count < limit,
                contents.unbelieved.count < limit
            else { return .unknown }
            let key = VehicleKey(contents.nextNumber)
            contents.nextNumber += 1
            contents.byName[name] = Entry(
                name: name, key: key, firstSeen: arrival, lastSeen: arrival)
            contents.unbelieved[key] = name
            return key
        }
    }

    /// Notes that a message under this number was believed: it was decoded, what it says of its
    /// vehicle agrees, and it brought readings. Until then the name counts for nothing.
    func believe(_ key: VehicleKey) {
        contents.withLock { _ = $0.unbelieved.removeValue(forKey: key) }
    }

    /// All names that have a number, in no order.
    public var entries: [Entry] { contents.withLock { Array($0.byName.values) } }
    /// Those under which a message was believed.
    public var believed: [Entry] { contents.withLock { $0.believed } }
    /// How many those are.
    public var count: Int { contents.withLock { $0.byName.count - $0.unbelieved.count } }

    /// Names that are new since they were last stored, or were heard long after.
    var changedEntries: [Entry] {
        contents.withLock { contents in
            contents.believed.filter { entry in
                guard let stored = contents.storedSeen[entry.name] else { return true }
                return entry.lastSeen.since(stored) >= Self.storedLagMax
            }
        }
    }

    /// Notes that these stand in the store now.
    func noteStored(_ entries: [Entry]) {
        contents.withLock { contents in
            for entry in entries where contents.byName[entry.name] != nil {
                contents.storedSeen[entry.name] = entry.lastSeen
            }
        }
    }

    /// Forgets names that were not heard since the limits, and says which.
    func removeUnheard(since limits: Limits) -> [Entry] {
        contents.withLock { contents in
            let old = contents.byName.values.filter {
                $0.lastSeen < limits.unheard
                    || $0.lastSeen < limits.unbelieved && contents.unbelieved[$0.key] != nil
            }
            for entry in old { contents.forget(entry.name) }
            if !old.isEmpty { contents.forgettings += 1 }
            return old
        }
    }

    /// Forgets names for good, and says which were there, with their numbers of now.
    func forget(_ names: [Name]) -> [Entry] {
        contents.withLock { contents in
            let known = names.compactMap { contents.forget($0) }
            if !known.isEmpty { contents.forgettings += 1 }
            return known
        }
    }

    /// Rises whenever names are forgotten for good: numbers that were asked for before may not be
    /// their names' any more. Names that are linked are none of these: their numbers lead on.
    var forgettings: UInt64 { contents.withLock { $0.forgettings } }

    /// Forgets names, because they are linked now.
    public func remove(_ names: [Name]) {
        contents.withLock { contents in
            for name in names { contents.forget(name) }
        }
    }
}
