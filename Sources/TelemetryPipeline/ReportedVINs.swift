import Synchronization
public import VehicleSignals

/// What came in under a name that leads to no vehicle on record: the VIN of the vehicle behind it,
/// in the vehicle's own words.
public struct ReportedVIN: Sendable, Hashable {
    public var name: UnlinkedNames.Name
    public var vin: VIN
}

/// The reports that nobody has stored yet, from all workers.
final class ReportedVINs: Sendable {
    /// Names whose reports wait; beyond them a report is dropped, and said again.
    static let waitingMax = 100_000

    private let waiting = Mutex<[UnlinkedNames.Name: VIN]>([:])

    func note(_ report: ReportedVIN) {
        waiting.withLock { waiting in
            guard waiting[report.name] != nil || waiting.count < Self.waitingMax else { return }
            waiting[report.name] = report.vin
        }
    }

    /// Drops what waits of names that are being erased.
    func forget(_ names: [UnlinkedNames.Name]) {
        waiting.withLock { waiting in
            for name in names { waiting[name] = nil }
        }
    }

    /// Hands out what waits. Where `store` throws, it waits on.
    func handOver(_ store: ([ReportedVIN]) throws -> Void) throws {
        let taken = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        guard !taken.isEmpty else { return }
        do {
            try store(taken.map { ReportedVIN(name: $0.key, vin: $0.value) })
        } catch {
            waiting.withLock { $0.merge(taken) { newer, _ in newer } }
            throw error
        }
    }
}

/// What one worker noted last of each number, since a sender says its VIN again and again.
struct ToldVINs {
    /// A VIN is noted again so long after it was noted, so that whoever keeps reports for a time
    /// sees that it is still said.
    static let pause = TimeSpan.hours(1)
    /// Beyond so many numbers all are forgotten, and noted once more.
    static let countMax = 100_000

    private struct Told: BitwiseCopyable {
        var hash: UInt64
        var at: Timestamp
    }

    private var told: [VehicleKey: Told] = [:]

    /// Whether these bytes are news under the number; they count as noted from here on.
    mutating func isNews(_ key: VehicleKey, _ hash: UInt64, at arrival: Timestamp) -> Bool {
        if let last = told[key], last.hash == hash, last.at <= arrival,
            arrival.since(last.at) < Self.pause
        {
            return false
        }
        if told.count >= Self.countMax, told[key] == nil { told.removeAll(keepingCapacity: true) }
        told[key] = Told(hash: hash, at: arrival)
        return true
    }
}
