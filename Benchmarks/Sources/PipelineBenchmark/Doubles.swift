import IngestJournal
import Synchronization
import TelemetryPipeline
import TriggerRules
import VehicleSignals

/// The real journal as the pipeline wants it; the executable of the product does the same.
struct JournalOnDisk: BatchJournal {
    let journal: SQLiteIngestJournal

    func append(_ batch: MessageBatch) throws -> JournalPosition { try journal.append(batch) }

    func read(after position: JournalPosition, byteCount: Int) throws -> [(
        position: JournalPosition, batch: MessageBatch
    )] {
        try journal.read(after: position, upTo: byteCount).map { ($0.position, $0.batch) }
    }

    func newestPosition() throws -> JournalPosition { journal.newest }
}

/// Takes the place of the customer store: keeps a digest of the firings.
final class LedgerDouble: FiringLedger {
    private let digest = Mutex<StableDigest>(StableDigest())

    func store(_ firings: [Firing], through position: JournalPosition?) throws {
        digest.withLock { digest in
            for firing in firings {
                digest.add(UInt64(firing.vehicle.number))
                digest.add(firing.inputsHash)
            }
        }
    }

    var value: UInt64 { digest.withLock { $0.value } }
}

/// Takes the place of the state store: keeps a digest of the vehicles.
final class KeeperDouble: StateKeeper {
    private let kept = Mutex<StableDigest>(StableDigest())

    func save(_ export: StateExport) throws {
        var digest = StableDigest()
        var vehicles = export.vehicles
        vehicles.sort()
        vehicles.forEach { vehicle, state in
            digest.add(UInt64(vehicle.number))
            digest.add(state)
        }
        for day in export.days.sorted(by: { ($0.vehicle, $0.day) < ($1.vehicle, $1.day) }) {
            digest.add(UInt64(day.vehicle.number))
            digest.add(UInt64(bitPattern: day.metres))
        }
        let result = digest
        kept.withLock { $0 = result }
    }

    var value: UInt64 { kept.withLock { $0.value } }
}

/// A clock that stands where it is set, so that every run gives the same results.
final class SetClock: Sendable {
    private let milliseconds: Atomic<Int64>

    init(_ time: Timestamp) { milliseconds = Atomic(time.milliseconds) }

    var now: Timestamp {
        get { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }
        set { milliseconds.store(newValue.milliseconds, ordering: .relaxed) }
    }
}

/// Counters, firings and states as one number.
func resultHash(
    _ counters: PipelineCounters, ledger: LedgerDouble, keeper: KeeperDouble
) -> String {
    var digest = StableDigest()
    for counter in counters.named { digest.add(counter.value) }
    digest.add(ledger.value)
    digest.add(keeper.value)
    return String(digest.value, radix: 16)
}
