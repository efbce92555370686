import Synchronization
public import VehicleSignals

/// What came in under a name that leads to no vehicle on record: the VIN of the vehicle behind it,
/// in the vehicle's own words.
public struct ReportedVIN: Sendable, Hashable {
    public var name: UnlinkedNames.Name
    public var vin: VIN
}

/// The reports that nobody has stored yet, from all workers. What was stored is remembered, since a
/// sender says its VIN again and again.
final class ReportedVINs: Sendable {
    /// Names that are remembered; beyond them all are forgotten, and stored once more.
    static let rememberedMax = 100_000

    private struct Contents {
        var waiting: [UnlinkedNames.Name: VIN] = [:]
        var stored: [UnlinkedNames.Name: VIN] = [:]
    }

    private let contents = Mutex(Contents())

    /// Notes a report, unless it was the name's last one.
    func note(_ report: ReportedVIN) {
        contents.withLock { contents in
            if contents.waiting[report.name] == nil, contents.stored[report.name] == report.vin {
                return
            }
            let isNew = contents.waiting[report.name] == nil
            // Nobody takes them, and it will be said again.
            if isNew, contents.waiting.count >= Self.rememberedMax { return }
            contents.waiting[report.name] = report.vin
        }
    }

    /// Hands out what waits. Where `store` throws, it waits on.
    func handOver(_ store: ([ReportedVIN]) throws -> Void) throws {
        let taken = contents.withLock { contents in
            defer { contents.waiting = [:] }
            return contents.waiting
        }
        guard !taken.isEmpty else { return }
        do {
            try store(taken.map { ReportedVIN(name: $0.key, vin: $0.value) })
        } catch {
            contents.withLock { $0.waiting.merge(taken) { newer, _ in newer } }
            throw error
        }
        contents.withLock { contents in
            if contents.stored.count + taken.count > Self.rememberedMax { contents.stored = [:] }
            contents.stored.merge(taken) { _, newer in newer }
        }
    }
}
