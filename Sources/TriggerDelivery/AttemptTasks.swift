import Synchronization

/// Attempts under way. They are tasks of their own, not children of the runner's, since they are to
/// outlive its cancellation for a moment. How many there are is bounded by whoever starts them.
final class AttemptTasks: Sendable {
    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var started = 0
    }

    private let state = Mutex(State())

    func start(_ attempt: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.started += 1
            let number = state.started
            // The task's own removal waits for this lock, so it comes after the insertion.
            state.tasks[number] = Task {
                await attempt()
                self.state.withLock { $0.tasks[number] = nil }
            }
        }
    }

    /// Returns when all have ended; those that last longer than `limit` are cancelled.
    func endAll(within limit: Duration) async {
        let pending = state.withLock { Array($0.tasks.values) }
        guard !pending.isEmpty else { return }
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            for task in pending { task.cancel() }
        }
        for task in pending { await task.value }
        timer.cancel()
    }
}
