import Foundation
import StateStore
import VehicleSignals

/// A folder of its own for one test, gone when the test is.
final class StateFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "turnpike-state-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var statePath: String { url.appending(path: "state.db").path }

    func open(
        _ limits: StateStoreLimits = StateStoreLimits()
    ) throws(StateStoreError) -> SQLiteStateStore {
        try SQLiteStateStore(path: statePath, limits: limits)
    }

    /// Whether a text stands anywhere on disk, the log included.
    func holds(_ text: String) throws -> Bool {
        for name in try FileManager.default.contentsOfDirectory(atPath: url.path) {
            let bytes = try Data(contentsOf: url.appending(path: name))
            if bytes.range(of: Data(text.utf8)) != nil { return true }
        }
        return false
    }
}

/// What a test has in mind when it does not care for the rest of a flush.
func makeFlush(
    _ position: Int64, counters: String = "counters", catalogue: [String] = ["Vehicle.Speed"],
    sources: [String] = ["native"], origins: [StoredOrigin] = [],
    states: [(UInt32, String)] = [], days: [VehicleDayRow] = []
) -> StateFlush {
    var flush = StateFlush(
        position: JournalPosition(position), counters: Array(counters.utf8),
        catalogue: StoredCatalogue(paths: catalogue, sources: sources, origins: origins))
    for (vehicle, state) in states {
        let bytes = Array(state.utf8)
        unsafe flush.vehicles.append(VehicleKey(vehicle), bytes.span.bytes)
    }
    flush.days = days
    return flush
}

func makeDay(_ vehicle: UInt32, _ day: Int32, metres: Int64, at position: Int64 = 1)
    -> VehicleDayRow
{
    VehicleDayRow(
        vehicle: VehicleKey(vehicle), day: Day(daysSinceEpoch: day), metres: metres,
        isDriven: metres > 0, firstOdometer: nil, lastOdometer: metres * 2,
        position: JournalPosition(position))
}

func makeName(_ number: UInt32, _ id: String, seen: ClosedRange<Int64>) -> UnlinkedName {
    UnlinkedName(
        number: VehicleKey(VehicleKey.firstUnlinked.number + number), source: "native",
        externalID: Array(id.utf8), firstSeen: Timestamp(milliseconds: seen.lowerBound),
        lastSeen: Timestamp(milliseconds: seen.upperBound))
}

func makeQuarantined(_ position: Int64, _ index: Int = 0, payload: String = "{")
    -> QuarantinedMessage
{
    QuarantinedMessage(
        position: JournalPosition(position), messageIndex: index, source: "native",
        mappingVersion: "3", reason: "not_json", byteOffset: 1, detail: "ends early",
        arrival: Timestamp(milliseconds: position * 10), topic: Array("cars/\(position)".utf8),
        payload: Array(payload.utf8))
}

/// Longer distance and wider odometer span: enough of a join for these tests.
func longer(_ left: VehicleDayRow, _ right: VehicleDayRow) -> VehicleDayRow {
    var joined = left
    joined.metres = max(left.metres, right.metres)
    joined.isDriven = left.isDriven || right.isDriven
    joined.lastOdometer = [left.lastOdometer, right.lastOdometer].compactMap(\.self).max()
    joined.position = max(left.position, right.position)
    return joined
}

extension SQLiteStateStore {
    func save(_ flush: StateFlush) throws(StateStoreError) {
        try save(flush, joiningDays: longer)
    }

    /// All states as texts, by vehicle.
    func states() throws(StateStoreError) -> [UInt32: String] {
        var all: [UInt32: String] = [:]
        try forEachVehicle { vehicle, _, state in
            let bytes = (0..<state.byteCount).map { state.byte(at: $0) }
            all[vehicle.number] = String(decoding: bytes, as: UTF8.self)
        }
        return all
    }

    func allDays() throws(StateStoreError) -> [VehicleDayRow] {
        var all: [VehicleDayRow] = []
        let span = (Day(daysSinceEpoch: .min), Day(daysSinceEpoch: .max))
        try forEachDay(from: span.0, through: span.1) { all.append($0) }
        return all
    }
}
