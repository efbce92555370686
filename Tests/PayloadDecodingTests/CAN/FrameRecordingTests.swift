import ConfigurationFiles
import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

/// Recordings of real vehicles beside the project, replayed line by line.
@Suite struct `recorded buses` {
    private func recording(_ folder: String) throws -> [String]? {
        guard let folder = Shipped.folder("../shared/data/\(folder)") else { return nil }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let name = try #require(names.first { $0.hasSuffix(".candump.gz") })
        return try CANSources.lines(of: folder.appending(path: name))
    }

    /// Values of one signal with their times, in the order of the lines; `chunk` lines a payload.
    private func values(
        _ decoder: inout MessageDecoder, _ topic: String, _ lines: [String], chunk: Int = 1
    ) throws -> [String: [(seconds: Double, value: Double)]] {
        var found: [String: [(Double, Double)]] = [:]
        for start in stride(from: 0, to: lines.count, by: chunk) {
            let payload = lines[start..<min(start + chunk, lines.count)].joined(separator: "\n")
            let decoded = try #require(try decoder.decode(topic, payload))
            for reading in decoded.readings {
                guard let number = reading.number else { continue }
                #expect(reading.timeQuality == .event)
                found[decoder.sources.catalogue[reading.signal].path, default: []].append(
                    (Double(reading.time.milliseconds) / 1000, number))
            }
        }
        return found
    }

    @Test(arguments: [1, 100])
    func `a drive of forty minutes over OBD-II`(chunk: Int) throws {
        guard let lines = try recording("css-obd2-gps-leg-164") else { return }
        var decoder = MessageDecoder(try CANSources.make())
        let found = try values(&decoder, "can/CAR1/any", lines, chunk: chunk)
        let speeds = try #require(found["Vehicle.Speed"])
        #expect(speeds.count == 4785)
        var kilometres = 0.0
        for (earlier, later) in zip(speeds, speeds.dropFirst()) {
            kilometres +=
                (earlier.value + later.value) / 2 * (later.seconds - earlier.seconds) / 3600
        }
        #expect(abs(kilometres - 41.65) < 0.05, "\(kilometres) km")
        let coolant = try #require(
            found["Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"])
        #expect(coolant.first?.value == 24)
        #expect(coolant.map(\.value).max() == 98)
        // 54.9 and 51.4 %, as whole percents.
        let fuel = try #require(found["Vehicle.Powertrain.FuelSystem.RelativeLevel"])
        #expect(fuel.first?.value == 55)
        #expect(fuel.last?.value == 51)
    }

    @Test func `positions come by the logger's own database`() throws {
        guard let lines = try recording("css-obd2-gps-leg-164"),
            let folder = Shipped.folder("../shared/data/css-obd2-gps-leg-164")
        else { return }
        let source = """
            source: gnss
            version: "1"
            topics: [{topic: "gnss/{vehicle}", form: can, bus: gnss}]
            buses:
              gnss:
                carrier: candump
                databases:
                  - dbc: canmod-gps.dbc
                    bus: can2
                    signals:
                      - name: Latitude
                        signal: Vehicle.CurrentLocation.Latitude
                        unit: degrees
                      - {name: Speed, signal: Vehicle.Speed, unit: m/s}
                      - {name: DistanceTrip, signal: Vehicle.TripMeterReading, unit: m}
            """
        let bytes = Array(try Data(contentsOf: folder.appending(path: "canmod-gps.dbc")))
        let catalogue = try Shipped.catalogue()
        let definition = try SourceFile.load(
            text: source, file: "gnss.yaml", catalogue: catalogue, readFile: { _ in bytes })
        var decoder = MessageDecoder(
            try CompiledSources(definitions: [definition], catalogue: catalogue))
        let found = try values(&decoder, "gnss/CAR1", lines, chunk: 50)
        let latitudes = try #require(found["Vehicle.CurrentLocation.Latitude"]).map(\.value)
        #expect(latitudes.count > 2000)
        #expect(latitudes.allSatisfy { $0 >= -90 && $0 <= 90 })
        let metres = try #require(found["Vehicle.TripMeterReading"]).map(\.value)
        let driven = (metres.max() ?? 0) - (metres.min() ?? 0)
        #expect(abs(driven - 40_580) < 500, "\(driven) m")
    }

    @Test func `a tractor says who it is and how long it ran`() throws {
        guard let lines = try recording("css-j1939-vin-id") else { return }
        var decoder = MessageDecoder(try CANSources.make())
        var names: Set<String> = []
        var hours: [Double] = []
        var dropped: UInt32 = 0
        let (vin, engine) = (
            decoder.sources.catalogue.id(of: "Vehicle.VehicleIdentification.VIN"),
            decoder.sources.catalogue.id(
                of: "Vehicle.Powertrain.CombustionEngine.EngineHours")
        )
        for line in lines {
            let decoded = try #require(try decoder.decode("can/TRACTOR/any", line))
            dropped += decoded.outcome.droppedTransfers
            for reading in decoded.readings {
                if reading.signal == engine, let number = reading.number { hours.append(number) }
                if reading.signal == vin {
                    let words = decoder.line(reading, decoded.texts).split(separator: " ")
                    names.insert(String(words[1]))
                }
            }
        }
        #expect(names.count == 1)
        #expect(names.first?.utf8.count == 17)
        #expect(hours.allSatisfy { abs($0 - 219.2) < 0.06 } && !hours.isEmpty, "\(hours)")
        #expect(dropped <= 1, "\(dropped) transfers dropped")
    }
}
