import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `Škoda snapshots` {
    private func decoder() throws -> MessageDecoder { MessageDecoder(try Shipped.sources()) }

    @Test func `a maintenance report of a combustion car`() throws {
        var decoder = try decoder()
        let lines = try decoder.lines(
            "skoda/fabia/maintenance",
            """
            {"preferredServicePartner":{"openingHours":[{"start":"MONDAY","openingTimes":[]}]},
             "maintenanceReport":{"inspectionDueInDays":-3,"inspectionDueInKm":-120,
               "mileageInKm":15013,"oilServiceDueInDays":40,"oilServiceDueInKm":2400,
               "capturedAt":"2025-03-01T10:00:00.5Z"},
             "predictiveMaintenance":{"setting":{"serviceActivated":true}}}
            """)
        let time = "event 2025-03-01T10:00:00.500Z"
        #expect(
            lines == [
                "Vehicle.Service.TimeToService -259200 \(time)",
                "Vehicle.Service.DistanceToService -120.0 \(time)",
                "Vehicle.TraveledDistance 15013000 \(time)",
                "Vehicle.Service.Ext.TimeToOilService 3456000 \(time)",
                "Vehicle.Service.Ext.DistanceToOilService 2400.0 \(time)",
            ])
    }

    @Test func `a missing mileage never becomes 0`() throws {
        var decoder = try decoder()
        let time = #""capturedAt":"2025-03-01T10:00:00Z""#
        let days = "Vehicle.Service.TimeToService 864000 event 2025-03-01T10:00:00.000Z"
        #expect(
            try decoder.lines(
                "skoda/e/maintenance", #"{"maintenanceReport":{\#(time),"inspectionDueInDays":10}}"#
            )
                == [days])
        let decoded = try decoder.decode(
            "skoda/e/maintenance",
            #"{"maintenanceReport":{\#(time),"inspectionDueInDays":10,"mileageInKm":null}}"#)
        #expect(decoded?.readings.count == 1)
        #expect(decoded?.outcome.absent == 1)
    }

    @Test(arguments: ["{}", #"{"maintenanceReport":null}"#, #"{"maintenanceReport":{}}"#])
    func `a document without a report is no error`(payload: String) throws {
        var decoder = try decoder()
        #expect(try decoder.lines("skoda/e/maintenance", payload).isEmpty)
    }

    @Test func `other documents of the same car are known and of no use`() throws {
        var decoder = try decoder()
        for name in ["status", "info", "air_conditioning", "positions", "anything"] {
            let route = try #require(decoder.route("skoda/e/\(name)"))
            #expect(decoder.sources.isIgnored(route))
            #expect(try decoder.lines("skoda/e/\(name)", "not even JSON").isEmpty)
        }
        let route = try #require(decoder.route("skoda/e/maintenance"))
        #expect(!decoder.sources.isIgnored(route))
        #expect(
            decoder.sources.definitions[1].subscriptions == [
                "skoda/+/+", "skoda/+/service-event/+",
            ])
    }

    @Test func `charging and range are taken where they are clear`() throws {
        var decoder = try decoder()
        let time = #""carCapturedTimestamp":"2025-02-09T08:53:29Z""#
        let event = "event 2025-02-09T08:53:29.000Z"
        let battery = "Vehicle.Powertrain.TractionBattery"
        #expect(
            try decoder.lines(
                "skoda/e/charging",
                """
                {"status":{"chargePowerInKw":7.4,"state":"CHARGING","battery":
                  {"remainingCruisingRangeInMeters":143000,"stateOfChargeInPercent":37}},\(time)}
                """) == [
                    "\(battery).CurrentPower 7400.0 \(event)",
                    "\(battery).Charging.IsCharging true \(event)",
                    "\(battery).Range 143000 \(event)",
                    "\(battery).StateOfCharge.Displayed 37.0 \(event)",
                ])
        #expect(
            try decoder.lines(
                "skoda/e/driving_range",
                """
                {"totalRangeInKm":590,"primaryEngineRange":{"currentSoCInPercent":86,
                  "currentFuelLevelInPercent":86},\(time)}
                """) == [
                    "Vehicle.Powertrain.Range 590000 \(event)",
                    "Vehicle.Powertrain.FuelSystem.RelativeLevel 86 \(event)",
                ])
        let unheard = try decoder.decode("skoda/e/charging", #"{"status":{"state":"DREAMING"}}"#)
        #expect(
            unheard?.outcome
                == DecodeOutcome(readings: 0, unknownSignals: 0, absent: 0, outOfRange: 1))
    }

    @Test func `the recorded cars decode, every file of them, as the plain twin does`() throws {
        guard let garage = Shipped.folder("../shared/data/skoda-garage") else { return }
        var decoder = try decoder()
        let definitions = decoder.sources.definitions
        var plain = PlainDecoder(definitions: definitions, catalogue: decoder.sources.catalogue)
        var reports = 0
        for car in try FileManager.default.contentsOfDirectory(atPath: garage.path).sorted() {
            let folder = garage.appending(path: car)
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for file in files.sorted() where file.hasSuffix(".json") {
                let payload = Array(try Data(contentsOf: folder.appending(path: file)))
                let topic = "skoda/\(car)/\(file.dropLast(5))"
                let difference = TwinComparison.difference(
                    &decoder, &plain, topic, payload, isRetained: false)
                #expect(difference == nil, "\(difference ?? "")")
                guard file == "maintenance.json" else { continue }
                let decoded = try #require(try decoder.decode(topic, payload))
                reports += 1
                #expect(decoded.readings.allSatisfy { $0.timeQuality == .event })
                let odometer = decoder.sources.catalogue.id(of: "Vehicle.TraveledDistance")
                let metres = decoded.readings.first { $0.signal == odometer }?.wholeNumber
                #expect(try #require(metres) >= 1000, "\(car)")
            }
        }
        #expect(reports == 20)
    }

    @Test func `a maker's event: numbers as texts`() throws {
        guard let folder = Shipped.folder("../shared/data/skoda-loyalty-events") else { return }
        var decoder = try decoder()
        let url = folder.appending(path: "service_event_charging_change_soc.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(
            try decoder.lines("skoda/fabia/service-event/charging", text) == [
                "Vehicle.Powertrain.TractionBattery.Charging.IsCharging true "
                    + "event 2024-11-09T15:04:48.000Z",
                "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed 50.0 "
                    + "event 2024-11-09T15:04:48.000Z",
            ])
        for name in ["charging_charging_error", "departure_ready", "departure_error_plug"] {
            let file = folder.appending(path: "service_event_\(name).json")
            let other = try String(contentsOf: file, encoding: .utf8)
            #expect(try decoder.lines("skoda/fabia/service-event/charging", other).isEmpty)
        }
    }
}
