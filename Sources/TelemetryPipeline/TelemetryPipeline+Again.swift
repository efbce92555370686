import Foundation
import PayloadDecoding
import Synchronization
public import VehicleSignals

/// A message that came before and is to be taken once more.
public struct MessageAgain: Sendable {
    public var topic: [UInt8]
    public var payload: [UInt8]
    public var flags: MessageFlags
    /// When it came first: the stand-in for an event time that its source does not give.
    public var arrival: Timestamp

    public init(topic: [UInt8], payload: [UInt8], flags: MessageFlags, arrival: Timestamp) {
        self.topic = topic
        self.payload = payload
        self.flags = flags
        self.arrival = arrival
    }
}

// What an operator asks of a running pipeline.
extension TelemetryPipeline {
    /// A batch counts arrivals from its first message on, in 32 bits of milliseconds.
    private static let batchSpanMax = TimeSpan(milliseconds: Int64(UInt32.max))

    /// Takes messages once more, after a mapping was mended: each goes the whole way as a new
    /// message, gate included, and counts as received again. Durable when it returns; what was
    /// applied before is not applied twice.
    public func takeAgain(_ messages: [MessageAgain]) throws {
        var waiting = messages.sorted { $0.arrival < $1.arrival }[...]
        while let first = waiting.first {
            var batch = MessageBatch()
            var routed: [RoutedMessage] = []
            let routing = routing
            let forgettings = unlinked.forgettings
            while let message = waiting.first, batch.byteCount < configuration.batchBytesMax,
                message.arrival.since(first.arrival) <= Self.batchSpanMax
            {
                waiting = waiting.dropFirst()
                append(message, to: &batch, &routed, routing)
            }
            batch.seal()
            let position = try journal.append(batch)
            sequencer.take(
                Round(
                    position: position, batch: batch, routed: routed, forgettings: forgettings,
                    sources: routing.router.sources))
        }
    }

    private func append(
        _ message: MessageAgain, to batch: inout MessageBatch, _ routed: inout [RoutedMessage],
        _ routing: RoutingBasis
    ) {
        let topic = unsafe message.topic.span.bytes
        let payload = unsafe message.payload.span.bytes
        var hint = RouteHint()
        let route = routing.router.route(
            topic: topic, payload: payload, arrival: clock.wallNow(), registry: routing.registry,
            after: &hint)
        if routing.registry.gate(of: route.vehicle) == .off {
            batch.gatedCount += 1
            return
        }
        batch.append(
            topic: topic, payload: payload, flags: message.flags, arrival: message.arrival)
        routed.append(route)
    }

    /// Forgets everything that the workers hold of vehicles, names and senders, between two rounds,
    /// and waits until what the rules said before is stored. What comes afterwards begins anew. The
    /// next snapshot holds nothing of them; what earlier ones stored is for whoever keeps them to
    /// erase.
    ///
    /// A message that came before and is not durable yet counts as coming afterwards: a name in it
    /// gets a new number.
    ///
    /// - Parameter forgetsSender: whether to forget what stateful formats remember of a sender on
    ///   this topic.
    /// - Returns: the names that were there, with the numbers that are forgotten with them.
    ///
    /// Throws ``PipelineHeldUp`` where the workers or the ledger are held up; then nothing was
    /// forgotten, or firings of before may still be on their way: to be called again. Throws
    /// ``PipelineStopped`` after ``stop()``.
    @discardableResult
    public func forget(
        _ vehicles: [VehicleKey], names: [UnlinkedNames.Name],
        forgetsSender: (@Sendable (_ topic: [UInt8]) -> Bool)? = nil
    ) throws -> [UnlinkedNames.Entry] {
        let limit = heldUpLimit
        let heldUp = PipelineHeldUp(seconds: configuration.heldUpWait.milliseconds / 1000)
        let firingsStored = HandOver<Bool>()
        let gone = try changes.withLock { changes in
            bringRegistry(&changes, until: limit)
            guard changes.wanted == nil else { throw heldUp }
            let registry = registry
            var gone: [UnlinkedNames.Entry] = []
            let position = sequencer.command(until: limit) { _ in
                // Their numbers of now: a name may have been forgotten and heard again meanwhile.
                gone = unlinked.forget(names)
                reports.forget(names)
                var adoption = Adoption(registry: registry)
                adoption.forgotten = vehicles + gone.map(\.key)
                adoption.forgetsSender = forgetsSender
                adoption.firingsStored = firingsStored
                return .adopt(adoption)
            }
            guard position != nil else {
                throw sequencer.isEnded ? PipelineStopped() : heldUp as any Error
            }
            // Numbers of names are not given again, so whatever still stands under one may go with
            // the next snapshot, should the one who erases be interrupted.
            changes.forgotten += vehicles.filter(\.isUnlinked) + gone.map(\.key)
            return gone
        }
        guard let isStored = firingsStored.take(until: limit) else { throw heldUp }
        guard isStored else { throw PipelineStopped() }
        return gone
    }

    /// Names that lead to no vehicle, with the numbers under which their state is kept.
    public var unlinkedEntries: [UnlinkedNames.Entry] { unlinked.entries }
}
