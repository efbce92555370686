import CustomerStore
import Customers
import IngestJournal
import Logging
import PayloadDecoding
import StateStore
import Synchronization
import TelemetryPipeline
import TriggerDelivery
import VehicleSignals

/// What commands ask of the running gateway through the state store: messages to be decoded again,
/// vehicles to be erased. Used by the housekeeper's thread.
final class OperatorRequests: Sendable {
    private let gateway: Gateway
    private let logger: Logger
    /// Searches the journal, which may take minutes, while the beats go on.
    private let searching = WaitingThreads(name: "erasure", count: 1)
    private let isSearching = Mutex(false)

    init(gateway: Gateway, logger: Logger) {
        self.gateway = gateway
        self.logger = logger
    }

    /// Hands quarantined messages in that somebody asked for.
    func retry() throws {
        let pipeline = gateway.pipeline
        let outcome = try QuarantineRetry(
            state: gateway.state, journal: gateway.journal,
            takeAgain: { try pipeline.takeAgain($0) }
        ).run()
        guard outcome != QuarantineRetry.Outcome() else { return }
        logger.info(
            "quarantined messages are decoded again",
            metadata: [
                "handed_in": "\(outcome.handedIn)", "not_whole": "\(outcome.notWhole)",
            ])
    }

    /// Goes on with the oldest erasure that is not over.
    func erase() throws {
        guard !isSearching.withLock({ $0 }), var request = try gateway.state.nextErasure() else {
            return
        }
        // Merged into another since it was asked for: then that one is meant, once the registry
        // says so here too.
        request.vehicle = try gateway.customers.presentNumber(of: request.vehicle)
        guard try isRegistryFollowed() else { return }
        let name = gateway.pipeline.sources.source(named: request.source).map {
            UnlinkedNames.Name(source: $0, externalID: request.externalID)
        }
        let names = try gateway.customers.names(of: request.vehicle)
        let match = ErasureMatch(
            sources: gateway.mappings.all, registry: gateway.pipeline.registry,
            vehicle: request.vehicle, name: name,
            names: names.map { Array($0.externalID.utf8) })
        let erasure = Erasure(
            match: match, state: gateway.state, customers: gateway.customers,
            usage: gateway.usageErasures)
        // With a snapshot first nothing of the vehicle waits in memory to be stored later.
        try gateway.saveState()
        // An import may have come meanwhile; with the next look its names are the vehicle's here
        // too.
        guard try isRegistryFollowed() else { return }
        let unlinked = gateway.pipeline.unlinkedEntries
        let meant = unlinked.filter { match.isMeant($0.name) }
        // Afterwards nothing that was said of it before is still on its way to the customer store.
        let gone = try gateway.pipeline.forget(
            meant.map(\.key) + [request.vehicle].filter { $0 != .unknown },
            names: meant.map(\.name), forgetsSender: { match.isMeant(senderOn: $0) })
        let next = try erasure.eraseState(
            request, unlinked: meant + gone.filter { !meant.map(\.key).contains($0.key) },
            now: gateway.clock.wallNow(), onTold: { gateway.delivery.poke() })
        logger.info("a vehicle's state is erased; the journal is searched")
        search(erasure, next)
    }

    private func isRegistryFollowed() throws -> Bool {
        try gateway.customers.registryVersion() == gateway.pipeline.registry.version
    }

    private func search(_ erasure: Erasure, _ request: ErasureRequest) {
        isSearching.withLock { $0 = true }
        let journal = gateway.journal
        let troubles = gateway.troubles
        let logger = logger
        searching.later { [self] in
            do {
                let end = try erasure.eraseJournal(request, journal)
                logger.info(
                    "an erasure is over",
                    metadata: [
                        "messages": "\(end.figures.messages)",
                        "unreadable_batches": "\(end.figures.unreadable)",
                    ])
                troubles.clear("search the journal")
            } catch {
                troubles.note("search the journal", "\(error)")
                logger.error(
                    "cannot search the journal; it is tried again",
                    metadata: ["error": "\(error)"])
            }
            isSearching.withLock { $0 = false }
        }
    }
}
