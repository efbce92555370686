import Foundation
import MQTTLink
import VehicleSignals

/// Remembers what it was given, and commits as the test tells it.
final class RecordingConsumer: RoundConsumer, @unchecked Sendable {
    struct Message: Equatable {
        var topic: String
        var payload: [UInt8]
        var flags: MessageFlags

        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    private let condition = NSCondition()
    private var received: [Message] = []
    private var roundSizes: [Int] = []
    private var sizeOfRound = 0
    private var attempts = 0
    private let room: @Sendable (Int) -> RoundRoom
    private let outcome: @Sendable (Int) -> RoundOutcome

    /// - Parameters:
    ///   - room: asked with the number of messages in the round so far.
    ///   - outcome: asked with the number of the attempt, from 1, outside of any lock.
    init(
        room: @escaping @Sendable (Int) -> RoundRoom = { _ in .room },
        outcome: @escaping @Sendable (Int) -> RoundOutcome = { _ in .durable }
    ) {
        self.room = room
        self.outcome = outcome
    }

    func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> RoundRoom {
        let message = unsafe Message(
            topic: topic.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) },
            payload: payload.withUnsafeBytes { unsafe Array($0) }, flags: flags)
        condition.lock()
        defer { condition.unlock() }
        received.append(message)
        sizeOfRound += 1
        condition.broadcast()
        return room(sizeOfRound)
    }

    func commitRound() -> RoundOutcome {
        condition.lock()
        attempts += 1
        let attempt = attempts
        condition.broadcast()
        condition.unlock()
        let result = outcome(attempt)
        condition.lock()
        defer { condition.unlock() }
        if result == .durable {
            roundSizes.append(sizeOfRound)
            sizeOfRound = 0
            condition.broadcast()
        }
        return result
    }

    var messages: [Message] { locked { received } }
    var rounds: [Int] { locked { roundSizes } }
    var commitAttempts: Int { locked { attempts } }
    /// Payloads as text, each once.
    var distinct: Set<String> { Set(messages.map(\.text)) }

    /// Waits until `reached` holds for what was received; `false` after half a minute.
    func wait(until reached: ([Message]) -> Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date(timeIntervalSinceNow: 30)
        while !reached(received) {
            if !condition.wait(until: deadline) { return reached(received) }
        }
        return true
    }

    func wait(forDistinct count: Int) -> Bool {
        wait { Set($0.map(\.payload)).count >= count }
    }

    func wait(forAttempts count: Int) -> Bool {
        wait { _ in attempts >= count }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }
}

/// A door that a test opens; who waits at it waits no longer than a minute.
final class Door: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }

    func pass() {
        condition.lock()
        let deadline = Date(timeIntervalSinceNow: 60)
        while !isOpen, condition.wait(until: deadline) {}
        condition.unlock()
    }
}
