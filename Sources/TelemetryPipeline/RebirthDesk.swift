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

    /// After a request that nobody took.
    static let pauseUntaken = TimeSpan.seconds(5)
    /// Between two looks for nodes that may be forgotten, while there is no room for more.
    static let pauseFull = TimeSpan.seconds(1)

    private struct Asked {
        var nodes: [UInt64: Timestamp] = [:]
        var lastLook = Timestamp.distantPast
    }

    private let asked = Mutex(Asked())
    private let clock: GatewayClock
    private let onRebirth: @Sendable (RebirthRequest) -> Bool

    /// - Parameter onRebirth: publishes a request, or says that it cannot now.
    init(clock: GatewayClock, onRebirth: @escaping @Sendable (RebirthRequest) -> Bool) {
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
        if onRebirth(request) { return }
        let soon = TimeSpan(
            milliseconds: Self.pauseUntaken.milliseconds - Self.pause.milliseconds)
        asked.withLock { $0.nodes[node] = now.advanced(by: soon) }
    }

    private func mayAsk(_ node: UInt64, _ now: Timestamp) -> Bool {
        asked.withLock { asked in
            if let last = asked.nodes[node], Self.isWithin(Self.pause, last, now) { return false }
            if asked.nodes.count >= Self.nodesMax {
                if Self.isWithin(Self.pauseFull, asked.lastLook, now) { return false }
                asked.lastLook = now
                asked.nodes = asked.nodes.filter { Self.isWithin(Self.pause, $0.value, now) }
                guard asked.nodes.count < Self.nodesMax else { return false }
            }
            asked.nodes[node] = now
            return true
        }
    }

    /// A clock that was set back does not silence anybody.
    private static func isWithin(_ pause: TimeSpan, _ last: Timestamp, _ now: Timestamp) -> Bool {
        last <= now && now.since(last) < pause
    }
}
