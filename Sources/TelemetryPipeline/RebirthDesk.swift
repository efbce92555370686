import PayloadDecoding
import Synchronization
import VehicleSignals

/// Asks edge nodes for their births, each seldom: all workers ask here, since the devices of one
/// node may be vehicles of several.
///
/// A node whose births are missing says so with every message until they come, and its births are
/// the largest of what it sends: a minute lets a node on a slow line answer before it is asked
/// again.
final class RebirthDesk: Sendable {
    /// Between two requests to one node.
    static let pause = TimeSpan.minutes(1)
    /// Nodes that are remembered; beyond them nobody is asked until the first are forgotten, a
    /// pause later.
    static let nodesMax = 10_000

    private let asked = Mutex<[UInt64: Timestamp]>([:])
    private let clock: GatewayClock
    private let onRebirth: @Sendable (RebirthRequest) -> Void

    init(clock: GatewayClock, onRebirth: @escaping @Sendable (RebirthRequest) -> Void) {
        self.clock = clock
        self.onRebirth = onRebirth
    }

    /// Asks the node of a topic, where its source's file allows it and it was not asked just now.
    func ask(_ sources: CompiledSources, _ route: Route, topic: RawSpan) {
        guard let node = sources.rebirthNode(route, topic: topic) else { return }
        let now = clock.wallNow()
        guard mayAsk(node, now),
            let request = sources.rebirthRequest(route, topic: topic, now: now)
        else { return }
        onRebirth(request)
    }

    private func mayAsk(_ node: UInt64, _ now: Timestamp) -> Bool {
        asked.withLock { asked in
            if let last = asked[node], Self.isRecent(last, now) { return false }
            if asked.count >= Self.nodesMax {
                asked = asked.filter { Self.isRecent($0.value, now) }
                guard asked.count < Self.nodesMax else { return false }
            }
            asked[node] = now
            return true
        }
    }

    /// A clock that was set back does not silence anybody.
    private static func isRecent(_ last: Timestamp, _ now: Timestamp) -> Bool {
        last <= now && now.since(last) < pause
    }
}
