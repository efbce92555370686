import Foundation
import IngestJournal
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import TriggerRules
import VehicleSignals

/// Something outside that refuses for as long as a test wants it to.
struct Refusal: Error {}

/// What a customer store would hold after all firings: positions are skipped as a whole, an
/// opening of what is open or resolved changes nothing.
final class MemoryLedger: Sendable {
    struct Trigger: Hashable, Sendable, Comparable, CustomStringConvertible {
        var vehicle: UInt32
        var code: String
        var position: String
        var cycle: UInt16
        var description: String { "\(vehicle) \(code) \(position) \(cycle)" }
        static func < (left: Trigger, right: Trigger) -> Bool {
            left.description < right.description
        }
    }

    enum Phase: Sendable { case open, resolved, withdrawn }

    struct Contents: Sendable {
        var position = JournalPosition.start
        var triggers: [Trigger: Phase] = [:]
        /// How often something became open that was not.
        var openings: [Trigger: Int] = [:]
        /// Every firing with its position, in the order of storing.
        var stored: [(position: JournalPosition?, deed: Deed, trigger: Trigger)] = []
    }

    private let contents = Mutex(Contents())

    var now: Contents { contents.withLock { $0 } }
    /// Triggers that are or were needed, with their phase.
    var standing: [Trigger: Phase] { now.triggers.filter { $0.value != .withdrawn } }

    func store(_ firings: [Firing], through position: JournalPosition?) {
        contents.withLock { contents in
            if let position {
                guard position > contents.position else { return }
                contents.position = position
            }
            for firing in firings { Self.take(firing, position, &contents) }
        }
    }

    private static func take(
        _ firing: Firing, _ position: JournalPosition?, _ contents: inout Contents
    ) {
        let trigger = Trigger(
            vehicle: firing.vehicle.number, code: firing.code.code,
            position: firing.positionText, cycle: firing.cycle)
        contents.stored.append((position, firing.deed, trigger))
        let phase = contents.triggers[trigger]
        switch firing.deed {
        case .open, .escalate, .update:
            guard phase != .open, phase != .resolved else { return }
            contents.triggers[trigger] = .open
            contents.openings[trigger, default: 0] += 1
        case .resolve: if phase == .open { contents.triggers[trigger] = .resolved }
        case .withdraw: if phase == .open { contents.triggers[trigger] = .withdrawn }
        }
    }
}

/// One pipeline's way to the ledger; can be cut, as a crash does, or refuse for a while.
final class LedgerFront: FiringLedger {
    private struct State {
        var isCut = false
        var refusals = 0
        var calls = 0
    }
    private let ledger: MemoryLedger
    private let state = Mutex(State())

    init(_ ledger: MemoryLedger) { self.ledger = ledger }

    func cut() { state.withLock { $0.isCut = true } }
    func mend() { state.withLock { $0.isCut = false } }
    func refuse(times: Int) { state.withLock { $0.refusals = times } }
    var calls: Int { state.withLock { $0.calls } }

    func store(_ firings: [Firing], through position: JournalPosition?) throws {
        let isRefused = state.withLock { state in
            state.calls += 1
            if state.refusals > 0 {
                state.refusals -= 1
                return true
            }
            return state.isCut
        }
        if isRefused { throw Refusal() }
        ledger.store(firings, through: position)
    }
}

/// What a state store would hold: each export applied as one transaction.
final class MemoryKeeper: StateKeeper {
    struct DayKey: Hashable, Sendable {
        var vehicle: VehicleKey
        var day: Day
    }

    struct Contents: Sendable {
        var position = JournalPosition.start
        var basis: DecisionBasis?
        var namesWritten = 0
        var sessions: [SessionExport] = []
        var counters = PipelineCounters()
        var vehicles: [VehicleKey: [UInt8]] = [:]
        var days: [DayKey: VehicleDayChange] = [:]
        var names: [VehicleKey: UnlinkedNames.Entry] = [:]
        var quarantine: [String: QuarantinedMessage] = [:]
        var links: [VehicleLink] = []
        var forgotten: [VehicleKey] = []
        var refusals = 0
        var exports: [(vehicles: Int, days: Int, quarantined: Int)] = []
    }

    private let contents = Mutex(Contents())

    var now: Contents { contents.withLock { $0 } }
    func refuse(times: Int) { contents.withLock { $0.refusals = times } }
    /// Has it hold what an earlier run would have stored.
    func remember(_ session: SessionExport) { contents.withLock { $0.sessions.append(session) } }

    func save(_ export: StateExport) throws {
        try contents.withLock { contents in
            contents.exports.append(
                (export.vehicles.count, export.days.count, export.quarantined.count))
            if contents.refusals > 0 {
                contents.refusals -= 1
                throw Refusal()
            }
            guard export.position >= contents.position else { throw Refusal() }
            contents.position = export.position
            contents.counters = export.counters
            contents.basis = export.basis
            for session in export.sessions {
                contents.sessions.removeAll {
                    $0.source == session.source && $0.sender == session.sender
                        && $0.format == session.format
                }
                if !session.bytes.isEmpty { contents.sessions.append(session) }
            }
            export.vehicles.forEach { vehicle, state in
                contents.vehicles[vehicle] = unsafe state.withUnsafeBytes { unsafe [UInt8]($0) }
            }
            for day in export.days {
                contents.days[DayKey(vehicle: day.vehicle, day: day.day)] = day
            }
            for entry in export.unlinked { contents.names[entry.key] = entry }
            contents.namesWritten += export.unlinked.count
            for message in export.quarantined {
                contents.quarantine["\(message.position.number)/\(message.index)"] = message
            }
            for link in export.links {
                Self.remove(link.from, &contents, movingTo: link.to)
            }
            for key in export.forgotten { Self.remove(key, &contents, movingTo: nil) }
            contents.links += export.links
            contents.forgotten += export.forgotten
        }
    }

    private static func remove(
        _ key: VehicleKey, _ contents: inout Contents, movingTo other: VehicleKey?
    ) {
        contents.vehicles[key] = nil
        contents.names[key] = nil
        for (place, day) in contents.days where place.vehicle == key {
            contents.days[place] = nil
            guard let other else { continue }
            let there = DayKey(vehicle: other, day: day.day)
            // The vehicle's own telling of a day has seen both.
            guard contents.days[there] == nil else { continue }
            var moved = day
            moved.vehicle = other
            contents.days[there] = moved
        }
    }

    func restore() throws -> RestoredState {
        let kept = now
        var restored = RestoredState()
        restored.position = kept.position
        restored.counters = kept.counters
        restored.basis = kept.basis
        restored.sessions = kept.sessions
        restored.unlinked = Array(kept.names.values)
        restored.vehicles = try kept.vehicles.map { key, bytes in
            RestoredVehicle(key: key, slot: try VehicleSlot(decoding: bytes, change: nil))
        }
        return restored
    }

    /// The states as values, without what depends on the order of telling.
    func slots() throws -> [VehicleKey: VehicleSlot] {
        try now.vehicles.mapValues { try VehicleSlot(decoding: $0, change: nil) }
    }
}

/// A journal on disk as the pipeline wants it, which can refuse to append.
final class DiskJournal: BatchJournal {
    let journal: SQLiteIngestJournal
    private let folder: URL
    private let refusals = Mutex(0)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "turnpike-pipeline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        journal = try SQLiteIngestJournal(path: folder.appending(path: "journal.db").path)
    }

    deinit {
        journal.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func refuse(times: Int) { refusals.withLock { $0 = times } }

    func append(_ batch: MessageBatch) throws -> JournalPosition {
        let isRefused = refusals.withLock { left in
            if left > 0 { left -= 1 } else { return false }
            return true
        }
        if isRefused { throw JournalError.diskFull(path: "journal.db") }
        return try journal.append(batch)
    }

    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )] {
        try journal.read(after: position, upTo: byteCount).map { ($0.position, $0.batch) }
    }

    func newestPosition() throws -> JournalPosition { journal.newest }
}

/// A journal that keeps nothing, for counting what the pipeline itself costs.
final class NumberingJournal: BatchJournal {
    private let number = Atomic<Int64>(0)

    func append(_ batch: MessageBatch) throws -> JournalPosition {
        JournalPosition(number.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )] { [] }

    func newestPosition() throws -> JournalPosition {
        JournalPosition(number.load(ordering: .relaxed))
    }
}
