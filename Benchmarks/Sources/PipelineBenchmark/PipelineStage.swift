import Foundation
import Glibc
import IngestJournal
import PayloadDecoding
import TelemetryPipeline
import TriggerRules
import VehicleSignals
import VehicleState

/// A pipeline of which journal and clock are real or set, and what is fed into it.
struct PipelineStage {
    /// What the gateway reads in a round of 5 ms at 60,000 messages/s.
    static let messagesARound = 300

    let ledger = LedgerDouble()
    let keeper = KeeperDouble()
    let pipeline: TelemetryPipeline
    private let fleet: MemoryFleet
    private let journal: SQLiteIngestJournal
    private let time: SetClock
    private let lane: IngestLane

    /// With a journal of its own in `folder`, which exists.
    init(_ fleet: MemoryFleet, folder: String) throws {
        self.fleet = fleet
        journal = try SQLiteIngestJournal(path: folder + "/journal.db")
        let time = SetClock(fleet.begin)
        self.time = time
        pipeline = TelemetryPipeline(
            PipelineConfiguration(
                roles: SignalRoles(catalogue: fleet.sources.catalogue) {
                    $0.dataClass != "D4" && $0.dataClass != "D5"
                }, rules: RuleSet()),
            sources: fleet.sources, registry: fleet.registry,
            clock: GatewayClock(mode: .wall, wall: { time.now }),
            journal: JournalOnDisk(journal: journal), ledger: ledger, keeper: keeper,
            restored: RestoredState(), firingsStored: .start,
            onTrouble: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) },
            onFirings: { _ in })
        try pipeline.start { _, _ in }
        lane = pipeline.makeLane()
    }

    /// Feeds messages; afterwards the worker is through with all that was fed so far.
    func feed(_ range: Range<Int>) throws {
        let flags = MessageFlags(qualityOfService: 1, isRetained: false, isDuplicate: false)
        var inRound = 0
        for index in range {
            if inRound == 0 { time.now = fleet.arrival(of: index) }
            fleet.withMessage(index) { topic, payload in
                lane.receive(topic: topic, payload: payload, flags: flags)
            }
            inRound += 1
            if inRound == Self.messagesARound || lane.isFull {
                try lane.commit()
                inRound = 0
            }
        }
        try lane.commit()
        while pipeline.counters.received < UInt64(range.upperBound) { usleep(1_000) }
    }

    /// The counters, once everything is stopped.
    func stop() throws -> PipelineCounters {
        let counters = pipeline.counters
        pipeline.stop()
        journal.close()
        guard counters.balances, counters.received == UInt64(fleet.count) else {
            throw LostMessages(sent: fleet.count, counters: counters)
        }
        return counters
    }
}

/// The counters do not add up to what was fed.
struct LostMessages: Error {
    var sent: Int
    var counters: PipelineCounters
}
