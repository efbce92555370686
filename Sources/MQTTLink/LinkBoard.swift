internal import Synchronization
internal import VehicleSignals

/// What a link's thread and everybody else share: the wish to stop, and the status.
final class LinkBoard: Sendable {
    let wake: WakeSignal
    private let stopRequest = Atomic<Bool>(false)
    private let hasEnded = Monitor(false)
    private let wantsOthers = Atomic<Bool>(false)
    private let wanted = Mutex<[MQTTSubscription]?>(nil)
    private let status: Monitor<MQTTLinkStatus>
    private let clock: @Sendable () -> Timestamp
    private let onStateChange: (@Sendable (MQTTLinkStatus) -> Void)?

    init?(
        clock: @escaping @Sendable () -> Timestamp,
        onStateChange: (@Sendable (MQTTLinkStatus) -> Void)?
    ) {
        guard let wake = WakeSignal() else { return nil }
        self.wake = wake
        self.clock = clock
        self.onStateChange = onStateChange
        status = Monitor(MQTTLinkStatus(state: .idle, since: clock()))
    }

    var isStopping: Bool { stopRequest.load(ordering: .acquiring) }

    func requestStop() {
        stopRequest.store(true, ordering: .releasing)
        wake.raise()
    }

    /// Asks the link's thread to listen to these from now on. Nobody is woken: who waits for
    /// messages looks once a second, and who waits for anything else must not be hurried.
    func want(_ subscriptions: [MQTTSubscription]) {
        wanted.withLock { $0 = subscriptions }
        wantsOthers.store(true, ordering: .releasing)
    }

    /// What was asked for since the last call; for the link's thread. Costs one load where there
    /// is nothing.
    func takeWanted() -> [MQTTSubscription]? {
        guard wantsOthers.load(ordering: .acquiring) else { return nil }
        wantsOthers.store(false, ordering: .relaxed)
        return wanted.withLock { wanted in
            defer { wanted = nil }
            return wanted
        }
    }

    var snapshot: MQTTLinkStatus { status.withLock { $0 } }

    func enter(_ state: MQTTLinkStatus.State, refusal: MQTTRefusal? = nil) {
        let now = clock()
        let after = status.change { status in
            status.state = state
            status.since = now
            switch state {
            case .connected, .held: break
            default: status.connectedSince = nil
            }
            if let refusal {
                status.lastRefusal = refusal
                status.lastRefusalAt = now
            }
            return status
        }
        onStateChange?(after)
    }

    /// The broker accepted the connection; subscriptions are counted anew.
    func accepted(sessionPresent: Bool, isFirst: Bool) {
        let now = clock()
        let after = status.change { status in
            status.state = .connected
            status.since = now
            status.connectedSince = now
            status.sessionPresent = sessionPresent
            status.refusedSubscriptions = []
            status.acceptedSubscriptions = 0
            if !isFirst { status.reconnects += 1 }
            return status
        }
        onStateChange?(after)
    }

    func subscribed(_ filter: String, refusal: MQTTRefusal?) {
        let now = clock()
        let after = status.change { status in
            // Asked for once more, as with another quality of service.
            status.refusedSubscriptions.removeAll { $0.filter == filter }
            if let refusal {
                status.refusedSubscriptions.append(.init(filter: filter, refusal: refusal))
                status.lastRefusal = refusal
                status.lastRefusalAt = now
            } else {
                status.acceptedSubscriptions += 1
            }
            return status
        }
        onStateChange?(after)
    }

    /// A filter that the connection no longer listens to.
    func unsubscribed(_ filter: String) {
        let after = status.change { status in
            let refused = status.refusedSubscriptions.count
            status.refusedSubscriptions.removeAll { $0.filter == filter }
            if status.refusedSubscriptions.count == refused, status.acceptedSubscriptions > 0 {
                status.acceptedSubscriptions -= 1
            }
            return status
        }
        onStateChange?(after)
    }

    /// A refusal that leaves the connection standing.
    func note(_ refusal: MQTTRefusal) {
        let now = clock()
        status.change { status in
            status.lastRefusal = refusal
            status.lastRefusalAt = now
        }
    }

    /// The thread's last deed: everybody has been told that it stopped.
    func end() {
        enter(.stopped)
        hasEnded.change { $0 = true }
    }

    /// Waits for ``end()``.
    func waitForEnd(atMost limit: Duration) -> Bool {
        hasEnded.wait(atMost: limit) { $0 ? true : nil } ?? false
    }

    /// Waits until the status satisfies `condition`; the status then, or `nil` at the deadline.
    func wait(
        atMost limit: Duration, until condition: (MQTTLinkStatus) -> Bool
    ) -> MQTTLinkStatus? {
        status.wait(atMost: limit) { condition($0) ? $0 : nil }
    }
}
