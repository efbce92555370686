import FleetModel
import Foundation
import VehicleSignals

/// Remembers how far a fleet has been sent, so that the next run goes on there. Written after
/// everything before it was acknowledged; what was sent beyond it comes again, which changes
/// nothing at the gateway.
struct StateFile: Codable {
    var seed: UInt64
    var vehicles: Int
    var start: String
    var days: Int
    var restHours: Int
    var faults: String
    /// First moment that was not sent yet, RFC 3339.
    var position: String

    init(_ options: FleetOptions, position: Timestamp) {
        seed = options.seed
        vehicles = options.vehicles
        start = options.start
        days = options.settings.days
        restHours = options.restHours
        faults = options.faults
        self.position = position.rfc3339
    }

    /// Where to go on; `nil` if there is no file yet.
    static func position(at path: String, of options: FleetOptions) throws -> Timestamp? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let state: StateFile
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            state = try JSONDecoder().decode(StateFile.self, from: data)
        } catch {
            throw FleetError.cannotRead(path, "\(error)")
        }
        guard let position = Timestamp(rfc3339: state.position) else {
            throw FleetError.cannotRead(path, "\"\(state.position)\" is no time")
        }
        let expected = StateFile(options, position: position)
        guard expected.identity == state.identity else { throw FleetError.otherFleet(path) }
        return position
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw FleetError.cannotWrite(path)
        }
    }

    private var identity: String { "\(seed) \(vehicles) \(start) \(days) \(restHours) \(faults)" }
}
