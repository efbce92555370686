/// The bounded queue between those who publish and the publisher's thread.
final class OutgoingQueue: Sendable {
    private struct State {
        var waiting = OutgoingBatch()
        /// Accepted and not yet acknowledged, refused or given up.
        var unfinished = 0
        /// The thread sleeps and wants to be woken for new messages.
        var isSleeping = false
        var isClosed = false
    }

    private let state = Monitor(State())
    private let messagesMax: Int
    private let bytesMax: Int
    private let wake: WakeSignal

    init(messagesMax: Int, bytesMax: Int, wake: WakeSignal) {
        self.messagesMax = messagesMax
        self.bytesMax = bytesMax
        self.wake = wake
    }

    /// Messages accepted and not finished.
    var unfinished: Int { state.withLock { $0.unfinished } }

    /// Adds a message, waiting for room.
    func add(
        topic: String, payload: RawSpan, quality: DeliveryQuality, isRetained: Bool,
        confirmation: OutgoingBatch.Confirmation?, waitingAtMost limit: Duration
    ) throws(PublishError) {
        var failure: PublishError?
        // A span cannot be captured by an escaping closure; this one does not escape.
        let wakes: Bool? = state.wait(atMost: limit) { state in
            if state.isClosed {
                failure = .closed(unacknowledged: state.unfinished)
                return false
            }
            // A message larger than the whole queue is taken when it is alone.
            let isFull =
                state.waiting.entries.count >= messagesMax
                || state.waiting.bytes.count + payload.byteCount > bytesMax
            if isFull, !state.waiting.isEmpty { return nil }
            state.waiting.append(
                topic: topic, payload: payload, quality: quality, isRetained: isRetained,
                confirmation: confirmation)
            state.unfinished += 1
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if let failure { throw failure }
        guard let wakes else { throw .queueFull }
        if wakes { wake.raise() }
    }

    /// Swaps what waits into `batch` (emptied before), and notes `finished` messages.
    /// - Parameter sleeping: whether the caller will sleep if there is nothing.
    func take(into batch: inout OutgoingBatch, finished: Int, sleeping: Bool) {
        batch.removeAll()
        state.change { state in
            swap(&state.waiting, &batch)
            state.unfinished -= finished
            state.isSleeping = sleeping && batch.isEmpty
        }
    }

    /// Notes `count` messages as finished.
    func finish(_ count: Int) {
        if count > 0 { state.change { $0.unfinished -= count } }
    }

    /// Waits until everything is finished.
    func drain(atMost limit: Duration) -> Bool {
        state.wait(atMost: limit) { $0.unfinished == 0 ? true : nil } ?? false
    }

    /// Takes nothing more; what still waits is handed back.
    func close() -> OutgoingBatch {
        state.change { state in
            state.isClosed = true
            let rest = state.waiting
            state.waiting = OutgoingBatch()
            return rest
        }
    }
}
