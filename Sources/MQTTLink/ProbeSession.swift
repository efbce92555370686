internal import VehicleSignals

/// A client of the probe: subscribes, counts what comes, acknowledges it.
final class ProbeSession: LinkSession {
    private var answers: [Int32: Int] = [:]
    private(set) var messages = 0

    override func subscribeAnswered(identifier: Int32, reason: Int) {
        answers[identifier] = reason
    }

    override func messageArrived(topic: RawSpan, payload: RawSpan, flags: MessageFlags) {
        messages += 1
    }

    /// Subscribes and waits for the broker's answer.
    func subscribe(_ subscription: MQTTSubscription, atMost limit: Duration) -> MQTTRefusal? {
        guard let number = client.subscribe(subscription) else {
            return MQTTReasonCode.refusal(143, stage: .subscribe)
        }
        guard drive(atMost: limit, until: { answers[number] != nil }),
            let reason = answers[number]
        else { return loss() }
        return MQTTReasonCode.isRefusal(reason)
            ? MQTTReasonCode.refusal(reason, stage: .subscribe) : nil
    }

    /// Reads and writes until `condition` holds; `false` if time or connection ended before.
    func drive(atMost limit: Duration, until condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            guard flush(), client.keepAlive() else { return false }
            let remaining = ContinuousClock.now.duration(to: deadline)
            if remaining <= .zero { return false }
            _ = board.wake.wait(
                socket: client.socket, forWriting: false, atMost: min(remaining, .seconds(1)))
            var result = read()
            while result == .progress { result = read() }
            if result == .broken { return condition() }
        }
        return flush()
    }
}
