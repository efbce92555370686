import Synchronization

/// How often something was taken since the start, and how often refused.
final class OutcomeTally: Sendable {
    private let takenCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)

    func count(taken: Int = 0, refused: Int = 0) {
        takenCount.wrappingAdd(UInt64(taken), ordering: .relaxed)
        refusedCount.wrappingAdd(UInt64(refused), ordering: .relaxed)
    }

    var taken: UInt64 { takenCount.load(ordering: .relaxed) }
    var refused: UInt64 { refusedCount.load(ordering: .relaxed) }
}
