import Synchronization

/// A value that one task puts and one other waits for, who stops waiting when cancelled.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>)
        case full(Value)
        case spent
    }

    private let state = Mutex(State.empty)

    func put(_ value: Value) {
        let waiter: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .empty: state = .full(value)
            case .waiting(let waiter):
                state = .spent
                return waiter
            case .full, .spent: break
            }
            return nil
        }
        waiter?.resume(returning: value)
    }

    /// To be called once. Throws `CancellationError` if the waiting task is cancelled first.
    func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let found: Result<Value, any Error>? = state.withLock { state in
                    if case .full(let value) = state {
                        state = .spent
                        return .success(value)
                    }
                    if Task.isCancelled {
                        state = .spent
                        return .failure(CancellationError())
                    }
                    state = .waiting(continuation)
                    return nil
                }
                if let found { continuation.resume(with: found) }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Value, any Error>? = state.withLock { state in
                guard case .waiting(let waiter) = state else { return nil }
                state = .spent
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}

/// A bell that many may ring and one task waits for. Rung before the wait, the wait ends at once;
/// rung often, it ends once.
final class WakeSignal: Sendable {
    private struct State {
        var isRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        state.withLock { state in
            state.isRung = state.waiter == nil
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }

    /// Returns when rung or cancelled, at the latest after `limit`. Says whether the limit passed.
    @discardableResult
    func wait(atMost limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.wait()
                return false
            }
            group.addTask {
                // Cancelled means that the bell rang first.
                (try? await Task.sleep(for: limit)) != nil
            }
            let passed = await group.next() ?? false
            group.cancelAll()
            return passed
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ends = state.withLock { state in
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if ends { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }?.resume()
        }
    }
}

/// The time limit of ``within(_:_:)`` passed.
struct DeadlinePassed: Error {}

/// Runs `work` and cancels it after `limit`, then throwing ``DeadlinePassed``.
func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw DeadlinePassed()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw DeadlinePassed() }
        return value
    }
}
