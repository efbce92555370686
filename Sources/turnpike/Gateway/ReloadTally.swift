import Synchronization

/// How often mappings were read anew, and what became of it.
final class ReloadTally: Sendable {
    private let takenCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)

    func count(_ isTaken: Bool) {
        if isTaken {
            takenCount.wrappingAdd(1, ordering: .relaxed)
        } else {
            refusedCount.wrappingAdd(1, ordering: .relaxed)
        }
    }

    var taken: UInt64 { takenCount.load(ordering: .relaxed) }
    var refused: UInt64 { refusedCount.load(ordering: .relaxed) }
}
