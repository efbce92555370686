internal import CMosquitto
internal import Synchronization
internal import VehicleSignals

/// Counters that the publisher's thread writes and anybody reads.
final class PublisherTally: Sendable {
    let acknowledged = Atomic<UInt64>(0)
    let refused = Atomic<UInt64>(0)
    let lost = Atomic<UInt64>(0)
    let bytes = Atomic<UInt64>(0)

    var snapshot: MQTTPublisherCounters {
        var counters = MQTTPublisherCounters()
        counters.acknowledged = acknowledged.load(ordering: .relaxed)
        counters.refused = refused.load(ordering: .relaxed)
        counters.lost = lost.load(ordering: .relaxed)
        counters.bytes = bytes.load(ordering: .relaxed)
        return counters
    }
}

/// What a publisher's thread does: keeps the window of unacknowledged messages filled, and sends
/// what was not acknowledged again after a reconnect (libmosquitto keeps it).
final class PublisherLoop: LinkSession {
    private let queue: OutgoingQueue
    private let tally: PublisherTally
    private let inFlightMax: Int
    private var backoff: ReconnectBackoff
    private var isFirstConnection = true

    private var batch = OutgoingBatch()
    private var next = 0
    private var inFlight = 0
    private var finished = 0
    /// By libmosquitto's number: 0 not in flight, 1 at QoS 0, 2 at QoS 1 or 2.
    private var flights = [UInt8](repeating: 0, count: 65_536)
    private var confirmations: [Int32: OutgoingBatch.Confirmation] = [:]

    /// From so many messages on, joining segments pays for its two system calls.
    private static let corkFrom = 4
    private static let idleWait: Duration = .seconds(1)
    /// "Packet identifier not found" answers a repeated release of a message that the broker had
    /// already passed on: it is done.
    private static let alreadyDone = 146

    init(
        configuration: MQTTConnectionConfiguration, board: LinkBoard, queue: OutgoingQueue,
        inFlightMax: Int, tally: PublisherTally
    ) throws(MQTTConfigurationMistake) {
        self.queue = queue
        self.tally = tally
        self.inFlightMax = inFlightMax
        backoff = ReconnectBackoff(
            shortest: configuration.reconnectDelayMin, longest: configuration.reconnectDelayMax)
        try super.init(configuration: configuration, board: board)
    }

    func run() {
        while !board.isStopping {
            board.enter(.connecting)
            let begun = ContinuousClock.now
            guard let refusal = open() ?? serve() else { break }
            giveUpUnwritten(refusal)
            backoff.connectionEnded(after: begun.duration(to: .now))
            let delay = backoff.next(fraction: Double.random(in: 0..<1))
            board.enter(.waiting(delay), refusal: refusal)
            let deadline = ContinuousClock.now + delay
            // New messages raise the signal as well; they wait like all others.
            while !board.isStopping, ContinuousClock.now < deadline {
                board.wake.pause(ContinuousClock.now.duration(to: deadline))
                board.wake.clear()
            }
        }
        abandonRest()
        board.end()
    }

    private func serve() -> MQTTRefusal? {
        while true {
            if board.isStopping {
                close()
                return nil
            }
            let sent = fill()
            if sent >= Self.corkFrom { client.cork(true) }
            let written = client.write()
            if sent >= Self.corkFrom { client.cork(false) }
            guard written, client.socket >= 0 else { return loss() }
            let mayGoOn = inFlight < window && next < batch.entries.count
            let readiness = board.wake.wait(
                socket: client.socket, forWriting: client.wantsWrite,
                atMost: mayGoOn ? .zero : Self.idleWait)
            if readiness.contains(.woken) { board.wake.clear() }
            if readiness.contains(.readable) {
                var result = read()
                while result == .progress { result = read() }
                if result == .broken { return loss() }
            }
            if !readiness.contains(.readable), !mayGoOn, !client.keepAlive() { return loss() }
        }
    }

    /// What the broker takes without acknowledging, and what libmosquitto handles well.
    private var window: Int { min(inFlightMax, answer?.receiveMaximum ?? inFlightMax) }

    /// Queues messages until the window is full or there are no more; how many.
    private func fill() -> Int {
        var sent = 0
        while inFlight < window {
            if next == batch.entries.count {
                queue.take(into: &batch, finished: finished, sleeping: true)
                finished = 0
                next = 0
                if batch.isEmpty { return sent }
            }
            let entry = batch.entries[next]
            let (identifier, code) = batch.hand(entry, to: client)
            // Without a connection libmosquitto keeps what is above QoS 0, and drops the rest.
            if code == Int32(MOSQ_ERR_NO_CONN.rawValue), entry.quality == .atMostOnce {
                return sent
            }
            next += 1
            let confirmation =
                entry.confirmation < 0 ? nil : batch.confirmations[entry.confirmation]
            if code != 0, code != Int32(MOSQ_ERR_NO_CONN.rawValue) {
                reject(entry, code: code, confirmation: confirmation)
                continue
            }
            flights[Int(identifier)] = entry.quality == .atMostOnce ? 1 : 2
            confirmations[identifier] = confirmation
            inFlight += 1
            sent += 1
            tally.bytes.wrappingAdd(UInt64(entry.payloadLength), ordering: .relaxed)
        }
        // The window is full: who waits in `drain` learns how far it is.
        queue.finish(finished)
        finished = 0
        return sent
    }

    /// libmosquitto did not take the message.
    private func reject(
        _ entry: OutgoingBatch.Entry, code: Int32, confirmation: OutgoingBatch.Confirmation?
    ) {
        finished += 1
        tally.refused.wrappingAdd(1, ordering: .relaxed)
        let failure: PublishError
        switch code {
        case Int32(MOSQ_ERR_OVERSIZE_PACKET.rawValue), Int32(MOSQ_ERR_PAYLOAD_SIZE.rawValue):
            failure = .payloadTooLarge(
                bytes: entry.payloadLength,
                limit: answer?.packetBytesMax ?? MQTTPublisher.payloadBytesMax)
        case Int32(MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue):
            failure = .refused(MQTTReasonCode.refusal(155, stage: .publish))
        case Int32(MOSQ_ERR_INVAL.rawValue), Int32(MOSQ_ERR_MALFORMED_UTF8.rawValue):
            failure = .refused(MQTTReasonCode.refusal(144, stage: .publish))
        default:
            failure = .refused(
                LibraryFailure.refusal(
                    code: code, errno: 0, log: [], host: configuration.host,
                    port: configuration.port))
        }
        confirmation?(.failure(failure))
    }

    override func connectionAccepted(_ answer: ConnectAnswer) {
        board.accepted(sessionPresent: answer.sessionPresent, isFirst: isFirstConnection)
        isFirstConnection = false
    }

    override func publishCompleted(identifier: Int32, reason: Int) {
        let index = Int(identifier)
        guard flights.indices.contains(index), flights[index] != 0 else { return }
        flights[index] = 0
        inFlight -= 1
        finished += 1
        let confirmation =
            confirmations.isEmpty ? nil : confirmations.removeValue(forKey: identifier)
        if MQTTReasonCode.isRefusal(reason), reason != Self.alreadyDone {
            tally.refused.wrappingAdd(1, ordering: .relaxed)
            let refusal = MQTTReasonCode.refusal(reason, stage: .publish)
            board.note(refusal)
            confirmation?(.failure(.refused(refusal)))
        } else {
            tally.acknowledged.wrappingAdd(1, ordering: .relaxed)
            confirmation?(.success(()))
        }
    }

    /// A lost connection takes along what was at QoS 0 and not yet written.
    private func giveUpUnwritten(_ refusal: MQTTRefusal) {
        for index in flights.indices where flights[index] == 1 {
            flights[index] = 0
            inFlight -= 1
            finished += 1
            tally.lost.wrappingAdd(1, ordering: .relaxed)
            confirmations.removeValue(forKey: Int32(index))?(.failure(.refused(refusal)))
        }
        queue.finish(finished)
        finished = 0
    }

    /// Tells everybody who still waits that nothing more will come.
    private func abandonRest() {
        let rest = queue.close()
        queue.finish(finished)
        finished = 0
        let failure = PublishError.closed(unacknowledged: queue.unfinished)
        for confirmation in confirmations.values { confirmation(.failure(failure)) }
        confirmations.removeAll()
        for entry in batch.entries[next...] where entry.confirmation >= 0 {
            batch.confirmations[entry.confirmation](.failure(failure))
        }
        for confirmation in rest.confirmations { confirmation(.failure(failure)) }
    }
}
