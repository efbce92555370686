import FleetModel
import Foundation
import VehicleSignals

/// Sends a stream's messages at their pace, tells how it goes and remembers how far it came.
final class FleetDrive {
    private var stream: FleetStream
    private let transport: any FleetTransport
    private let pace: Pace
    private let isOnce: Bool
    private let isInterrupted: () -> Bool
    private let remember: (Timestamp) throws -> Void
    private var progress = Progress()
    private let first: Timestamp
    private var simulated: Timestamp
    private var lastRemembered = 0.0

    /// Longest sleep before the flag of interruption is looked at again.
    private static let napMax = Duration.milliseconds(100)
    /// Seconds between two entries of the state file.
    private static let rememberEvery = 5.0

    init(
        stream: FleetStream, transport: any FleetTransport, pace: Pace, isOnce: Bool,
        isInterrupted: @escaping () -> Bool, remember: @escaping (Timestamp) throws -> Void
    ) {
        self.stream = stream
        self.transport = transport
        self.pace = pace
        self.isOnce = isOnce
        self.isInterrupted = isInterrupted
        self.remember = remember
        first = stream.position
        simulated = stream.position
    }

    func run() throws {
        var heard: Set<Int> = []
        while !stream.isOver, !isInterrupted() {
            let slotStart = stream.position
            for message in stream.nextSlot() {
                if isOnce {
                    guard message.kind == .plain, heard.insert(message.vehicle).inserted else {
                        continue
                    }
                }
                guard try send(message) else { return try end(at: slotStart) }
            }
            if isOnce, heard.count == stream.settings.vehicles { break }
            simulated = max(simulated, stream.position)
            tellIfDue()
            let now = pace.elapsed.inSeconds
            if now - lastRemembered >= Self.rememberEvery, try settle() {
                lastRemembered = now
                try remember(stream.position)
            }
        }
        try end(at: stream.position)
    }

    /// Waits for the message's time and for room; `false` if interrupted before it was taken.
    private func send(_ message: SentMessage) throws -> Bool {
        while true {
            if isInterrupted() { return false }
            let wait = pace.wait(
                simulated: Double(message.time.since(first).milliseconds) / 1000,
                sent: progress.sent)
            if wait <= .zero { break }
            Thread.sleep(forTimeInterval: min(wait, Self.napMax).inSeconds)
            tellIfDue()
        }
        while try !transport.take(message) {
            tellIfDue()
            if isInterrupted() { return false }
        }
        progress.count(message)
        simulated = message.time
        if progress.sent % 256 == 0 { tellIfDue() }
        return true
    }

    private func settle() throws -> Bool {
        while try !transport.settle() {
            tellIfDue()
            if isInterrupted() { return false }
        }
        return true
    }

    /// Waits for what is under way, remembers, and says the last line.
    private func end(at position: Timestamp) throws {
        var turns = 0
        while try !transport.settle(), turns < 30 {
            turns += 1
            tellIfDue()
        }
        if transport.pending == 0, !isOnce { try remember(position) }
        tell(isDone: stream.isOver || isOnce)
    }

    private func tellIfDue() {
        if progress.isDue(at: pace.elapsed.inSeconds) { tell(isDone: false) }
    }

    private func tell(isDone: Bool) {
        let line = progress.line(
            at: pace.elapsed.inSeconds, simulated: simulated, pending: transport.pending,
            state: transport.word, isDone: isDone)
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
