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
                    position: position, batch: batch, routed: routed,
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

    /// Forgets everything that the workers hold of vehicles and names, between two rounds. What
    /// comes afterwards begins anew. The next snapshot holds nothing of them; what earlier ones
    /// stored is for whoever keeps them to erase.
    ///
    /// Throws ``PipelineHeldUp`` where the workers are held up; then nothing was forgotten.
    public func forget(_ vehicles: [VehicleKey], names: [UnlinkedNames.Name]) throws {
        let limit = heldUpLimit
        let isDone = changes.withLock { changes in
            bringRegistry(&changes, until: limit)
            guard changes.wanted == nil else { return false }
            let registry = registry
            let position = sequencer.command(until: limit) { _ in
                unlinked.remove(names)
                var adoption = Adoption(registry: registry)
                adoption.forgotten = vehicles
                return .adopt(adoption)
            }
            // Numbers of names are not given again, so whatever still stands under one may go with
            // the next snapshot, should the one who erases be interrupted.
            if position != nil { changes.forgotten += vehicles.filter(\.isUnlinked) }
            return position != nil
        }
        guard isDone else {
            throw PipelineHeldUp(seconds: configuration.heldUpWait.milliseconds / 1000)
        }
    }

    /// Names that lead to no vehicle, with the numbers under which their state is kept.
    public var unlinkedEntries: [UnlinkedNames.Entry] { unlinked.entries }
}
