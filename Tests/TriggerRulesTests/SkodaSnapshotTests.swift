import Foundation
import Testing
import TriggerRules
import VehicleSignals
import VehicleState

/// Twenty recorded service documents, one a vehicle, where the recordings are at hand.
@Suite struct SkodaSnapshotTests {
    struct Report: Decodable {
        struct Body: Decodable {
            var capturedAt: String
            var inspectionDueInDays: Double?
            var inspectionDueInKm: Double?
            var oilServiceDueInDays: Double?
            var oilServiceDueInKm: Double?
            var mileageInKm: Double?
        }
        var maintenanceReport: Body?
    }

    static func snapshots() throws -> [(String, Message)]? {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let garage = root.appending(path: "../shared/data/skoda-garage").standardizedFileURL
        guard FileManager.default.fileExists(atPath: garage.path) else { return nil }
        var snapshots: [(String, Message)] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: garage.path).sorted() {
            let file = garage.appending(path: name).appending(path: "maintenance.json")
            guard let data = try? Data(contentsOf: file) else { continue }
            guard let body = try JSONDecoder().decode(Report.self, from: data).maintenanceReport,
                let time = Timestamp(rfc3339: body.capturedAt)
            else { continue }
            var message = Message(time)
            if let km = body.mileageInKm { message = message.odometer(km) }
            if let km = body.inspectionDueInKm { message = message.distance(km) }
            if let days = body.inspectionDueInDays { message = message.days(days) }
            if let km = body.oilServiceDueInKm { message = message.distance(km, oil: true) }
            if let days = body.oilServiceDueInDays { message = message.days(days, oil: true) }
            snapshots.append((name, message))
        }
        return snapshots
    }

    @Test func `with 100 days and 5,000 km exactly two vehicles open, with the defaults none`()
        throws
    {
        guard let snapshots = try Self.snapshots() else {
            print("skipped: ../shared/data/skoda-garage is not there")
            return
        }
        #expect(snapshots.count == 20)
        var opened: [String] = []
        for (name, message) in snapshots {
            var car = Car()
            car.send(message)
            car.send(message)
            #expect(car.deeds == [], "\(name) with the defaults")
            car = Car()
            car.rules.service.openDays = 100
            car.rules.service.openKilometres = 5_000
            car.send(message)
            car.send(message)
            if car.deeds == ["SV-01 open"] { opened.append(name) } else { #expect(car.deeds == []) }
        }
        #expect(
            opened == ["octavia_2023_NX34JD_style", "superb_2024_3v35wz_liftback_l_and_k"])
    }
}
