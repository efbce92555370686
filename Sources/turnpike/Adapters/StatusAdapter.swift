import CustomerStore
import Customers
import GatewayAPI
import IngestJournal
import MQTTLink
import StateStore
import Synchronization
import TelemetryPipeline
import VehicleSignals

/// The gateway in counts, for the page, for scrapes and for readiness.
final class StatusAdapter: GatewayStatus {
    /// Counting tables takes a while with many vehicles: once in this span is enough.
    static let countsKept = TimeSpan.seconds(1)
    /// Rates are taken over this span.
    static let rateSpan = TimeSpan.seconds(5)

    private struct Sample {
        var at: Timestamp
        var received: UInt64
        var applied: UInt64
    }

    private struct Kept {
        var counts = StoreOperatorCounts()
        var countsAt = Timestamp.distantPast
        var quarantineHeld = 0
        var samples: [Sample] = []
    }

    private let gateway: Gateway
    private let kept = Mutex<Kept>(Kept())

    init(gateway: Gateway) { self.gateway = gateway }

    func snapshot() async throws -> GatewaySnapshot {
        let now = systemNow()
        let counters = gateway.pipeline.counters
        let gateway = gateway
        let (counts, figures) = try await gateway.threads.reading.run { [self] in
            (try tableCounts(now), try gateway.journal.statistics)
        }
        var snapshot = GatewaySnapshot(takenAt: now, startedAt: gateway.startedAt)
        snapshot.version = productVersion
        snapshot.messages.received = counters.received
        snapshot.messages.applied = counters.applied
        snapshot.messages.duplicate = counters.duplicate
        snapshot.messages.gated = counters.gated
        snapshot.messages.unlinked = counters.unlinked
        snapshot.messages.quarantined = counters.quarantined
        snapshot.refusals = counters.refusals
        snapshot.readings = counters.readingCounts
        (snapshot.receivedASecond, snapshot.appliedASecond) = rates(now, counters)
        snapshot.connections = gateway.links.enumerated().map { Self.connection($0, $1.status) }
        let heard = gateway.pipeline.vehiclesHeard
        snapshot.vehiclesHeard = heard
        snapshot.vehiclesSilent = max(0, gateway.pipeline.registry.vehicleCount - heard)
        snapshot.reloads = (gateway.reloads.taken, gateway.reloads.refused)
        let linking = gateway.nameLinking.tally
        snapshot.reportedNames = (linking.taken, linking.refused)
        snapshot.rebirthRequests = (gateway.commands.sent, gateway.commands.unsent)
        snapshot.sessionsEvicted = counters.sessionsEvicted
        snapshot.unlinkedNames = gateway.pipeline.unlinkedCount
        snapshot.quarantineHeld = counts.held
        for (word, count) in counts.store.leadsByStatus {
            guard let status = LeadStatus(rawValue: word) else { continue }
            snapshot.leads[status] = Int(count)
        }
        snapshot.outbox = counts.store.outboxByState.mapValues { Int($0) }
        snapshot.journalBytes = figures.fileBytes + figures.logBytes
        snapshot.journalPosition = figures.newest
        snapshot.appliedPosition = gateway.pipeline.positions.stored
        snapshot.notReady = gateway.notReady
        return snapshot
    }

    private func tableCounts(
        _ now: Timestamp
    ) throws -> (store: StoreOperatorCounts, held: Int) {
        let fresh = kept.withLock { kept in
            now.since(kept.countsAt) < Self.countsKept ? (kept.counts, kept.quarantineHeld) : nil
        }
        if let fresh { return fresh }
        let counts = try gateway.customers.operatorCounts()
        let held = try gateway.state.quarantineFigures().open
        kept.withLock { kept in
            kept.counts = counts
            kept.quarantineHeld = held
            kept.countsAt = now
        }
        return (counts, held)
    }

    private func rates(
        _ now: Timestamp, _ counters: PipelineCounters
    ) -> (received: Double, applied: Double) {
        kept.withLock { kept in
            kept.samples.append(
                Sample(at: now, received: counters.received, applied: counters.applied))
            let span = TimeSpan(milliseconds: -Self.rateSpan.milliseconds)
            let limit = now.advanced(by: span)
            while kept.samples.count > 2, kept.samples[1].at <= limit {
                kept.samples.removeFirst()
            }
            guard let first = kept.samples.first, first.at < now else { return (0, 0) }
            let seconds = Double(now.since(first.at).milliseconds) / 1000
            return (
                Double(counters.received &- first.received) / seconds,
                Double(counters.applied &- first.applied) / seconds
            )
        }
    }

    private static func connection(
        _ index: Int, _ status: MQTTLinkStatus
    ) -> GatewaySnapshot.Connection {
        var detail = ""
        if case .held(let reason) = status.state {
            detail = reason
        } else if !status.isConnected {
            detail = status.lastRefusal?.sentence ?? ""
        }
        return GatewaySnapshot.Connection(
            name: "broker-\(index + 1)", state: status.state.word, detail: detail,
            since: status.since)
    }
}
