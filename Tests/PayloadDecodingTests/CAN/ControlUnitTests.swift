import Foundation
import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `answers of control units` {
    private static let arrived = "arrival 2026-02-02T02:40:00.000Z"

    private func lines(_ payload: String) throws -> [String] {
        var decoder = MessageDecoder(try CANSources.make())
        return try decoder.lines("can/CAR1/can0", payload).map {
            $0.replacingOccurrences(of: " " + Self.arrived, with: "")
        }
    }

    @Test func `to service 01 become signals`() throws {
        let engine = "Vehicle.Powertrain.CombustionEngine"
        let cases = [
            ("0341057B", "\(engine).EngineCoolant.Temperature 83.0"),
            ("04410C1234", "\(engine).Speed 1165.0"),
            ("03410D17", "Vehicle.Speed 23.0"),
            ("03410F3C", "Vehicle.OBD.IntakeTemp 20.0"),
            ("04411F0102", "Vehicle.OBD.RunTime 258.0"),
            ("0441210064", "Vehicle.OBD.DistanceWithMIL 100.0"),
            ("03412F80", "Vehicle.Powertrain.FuelSystem.RelativeLevel 50"),
            ("04413103E8", "Vehicle.OBD.DistanceSinceDTCClear 1000.0"),
            ("04414230D4", "Vehicle.LowVoltageBattery.CurrentVoltage 12.5"),
            ("0341461E", "Vehicle.Exterior.AirTemperature -10.0"),
            ("03415CA0", "\(engine).EngineOil.Temperature 120.0"),
            ("0641A60012D687", "Vehicle.TraveledDistance 123456700"),
            ("037F0112", ""),
            ("06410000183FFF", ""),
            ("0641A6FFFFFFFF", ""),
        ]
        for (bytes, expected) in cases {
            #expect(try lines("7E8#" + bytes) == (expected.isEmpty ? [] : [expected]), "\(bytes)")
        }
    }

    @Test func `with several parameters are taken apart where the lengths add up`() throws {
        #expect(
            try lines("7E8#06410D17053C2F\n7E8#06410D172F80AA\n7E8#07410D17052804AA").count == 4)
        #expect(
            try lines("7E8#06410D172F8004") == ["Vehicle.Speed 23.0"],
            "the last parameter has no value: only the first one is sure")
        // Documented by the adapter's maker with a length that is one too many.
        #expect(try lines("7E8#04410D17AAAAAAAA") == ["Vehicle.Speed 23.0"])
    }

    @Test func `of several units about the lamp are added up`() throws {
        #expect(
            try lines("7E8#06410182076500\n7E9#06410101000000\n7E8#06410100076500") == [
                "Vehicle.Diagnostics.Ext.IsMILOn true", "Vehicle.Diagnostics.DTCCount 2",
                "Vehicle.Diagnostics.Ext.IsMILOn true", "Vehicle.Diagnostics.DTCCount 3",
                "Vehicle.Diagnostics.Ext.IsMILOn false", "Vehicle.Diagnostics.DTCCount 1",
            ])
    }

    @Test func `with trouble codes make one list of all units`() throws {
        let list = "Vehicle.Diagnostics.DTCList"
        let confirmed = "Vehicle.Diagnostics.Ext.ConfirmedDTCList"
        #expect(
            try lines("7E8#0643020143D12300") == [
                "\(confirmed) list of 2", "\(confirmed) P0143", "\(confirmed) U1123",
                "\(list) list of 2", "\(list) P0143", "\(list) U1123",
            ])
        #expect(try lines("7E8#024300") == ["\(confirmed) list of 0", "\(list) list of 0"])
        #expect(try lines("7E8#0447010143") == ["\(list) list of 1", "\(list) P0143"])
        #expect(
            try lines("7E8#0443010143\n7E9#0443014321\n7E9#044A014321\n7E8#024300").suffix(4) == [
                "\(confirmed) list of 1", "\(confirmed) C0321", "\(list) list of 1",
                "\(list) C0321",
            ])
        // Without the count, as on an older line: nothing is guessed.
        #expect(try lines("7E8#0343014300").isEmpty)
        // A count that the length does not bear out: a code could be invented, or lost.
        for frame in ["7E8#0743014300000000", "7E8#0743000143000000", "7E8#0643010143042055"] {
            #expect(try lines(frame).isEmpty, "\(frame)")
        }
    }

    @Test func `of UDS have a status and a kind of failure`() throws {
        let list = "Vehicle.Diagnostics.DTCList"
        let confirmed = "Vehicle.Diagnostics.Ext.ConfirmedDTCList"
        let lines = try lines(
            """
            18DAF110#100F5902FF014311
            18DAF110#2108C1002A040123
            18DAF110#221C50AAAAAAAAAA
            """)
        #expect(
            lines == [
                "\(confirmed) list of 1", "\(confirmed) P0143-11", "\(list) list of 2",
                "\(list) P0143-11", "\(list) U0100-2A",
            ])
    }

    @Test func `bring the vehicle's number over three frames`() throws {
        let number = "Vehicle.VehicleIdentification.VIN"
        let frames = ["7E8#1014490201574241", "7E8#2150483133303030", "7E8#2230303030303031"]
        #expect(try lines(frames.joined(separator: "\n")) == ["\(number) WBAPH130000000001"])
        #expect(
            try lines(
                "7E8#1014490201574241\n7E9#1014490201574241\n7E9#2150483133303030\n"
                    + "7E8#2150483133303030\n7E8#2230303030303031\n7E9#2230303030303032") == [
                    "\(number) WBAPH130000000001", "\(number) WBAPH130000000002",
                ])
    }

    @Test func `of J1939 become signals`() throws {
        let engine = "Vehicle.Powertrain.CombustionEngine"
        let cases = [
            ("0CF00400#F0FF7DE02EFFFFFF", ["\(engine).Speed 1500.0"]),
            ("18FEE500#20110000FFFFFFFF", ["\(engine).EngineHours 219.2"]),
            (
                "18FEC1EE#40420F0064000000",
                ["Vehicle.TraveledDistance 5000000", "Vehicle.TripMeterReading 500"]
            ),
            ("18FEE0EE#FFFFFFFF40420F00", ["Vehicle.TraveledDistance 125000000"]),
            (
                "18FEEE00#6EFF4024FFFFFFFF",
                [
                    "\(engine).EngineCoolant.Temperature 70.0",
                    "\(engine).EngineOil.Temperature 17.0",
                ]
            ),
            ("18FEF100#FF0050FFFFFFFFFF", ["Vehicle.Speed 80.0"]),
            ("18FEF500#FFFFFF4024FFFFFF", ["Vehicle.Exterior.AirTemperature 17.0"]),
            ("18FEF700#FFFFFFFFE001FFFF", ["Vehicle.LowVoltageBattery.CurrentVoltage 24.0"]),
            ("18FEFC17#FF7DFFFFFFFFFFFF", ["Vehicle.Powertrain.FuelSystem.RelativeLevel 50"]),
            ("18FE563D#7DFFFFFFFFFFFFFF", ["\(engine).DieselExhaustFluid.Level 50"]),
            (
                "18FEC000#FFB98BFFA1FFFFFF",
                [
                    "Vehicle.Service.DistanceToService 18210.0",
                    "Vehicle.Service.TimeToService 21772800",
                ]
            ),
            ("18FEF100#FFFEFFFFFFFFFFFF", []),
        ]
        for (frame, expected) in cases { #expect(try lines(frame) == expected, "\(frame)") }
        // Both distances: the finer one alone from then on.
        #expect(
            try lines("18FEC1EE#40420F00FFFFFFFF\n18FEE0EE#FFFFFFFF40420F00").count == 1)
    }

    @Test func `of J1939 bring faults in one frame or several`() throws {
        let faults = "Vehicle.Diagnostics.Ext.J1939FaultList"
        let lamp = "Vehicle.Diagnostics.Ext.IsMILOn"
        #expect(try lines("18FECA03#00FF00000000FFFF") == ["\(lamp) false", "\(faults) "])
        #expect(try lines("18FECA0B#C3FF00000000FFFF") == ["\(faults) "])
        #expect(
            try lines(
                """
                1CECFF00#200E0002FFCAFE00
                1CEBFF00#0111CD6102130021
                1CEBFF00#02061F00EE100400
                """) == ["\(lamp) false", "\(faults) 609-19,1569-31,4334-4"])
        #expect(
            try lines("18FECA00#40FF610213018585\n18FECA0B#00FF00000000FFFF")
                == ["\(lamp) true", "\(faults) 609-19", "\(lamp) true"])
        #expect(
            try lines(
                "1CECFF00#200A0002FFD4FE00\n1CEBFF00#0143FF3404050130\n1CEBFF00#02021301FFFFFFFF")
                == [
                    "\(lamp) true",
                    "Vehicle.Diagnostics.Ext.J1939EmissionFaultList 560-19,1076-5",
                ])
    }

    @Test func `of J1939 name the vehicle, whatever follows the name`() throws {
        let number = "Vehicle.VehicleIdentification.VIN"
        let frames = [
            "1CECFF00#201C0004FFECFE00", "1CEBFF00#0157424150483133", "1CEBFF00#0230303030303030",
            "1CEBFF00#033030313E2C0529", "1CEBFF00#045D07012701012A",
        ]
        #expect(try lines(frames.joined(separator: "\n")) == ["\(number) WBAPH130000000001"])
        // To one receiver, which lets it go on (CTS) and ends it.
        let agreed = [
            "18EC1000#10120003FFECFE00", "18EC0010#110301FFFFECFE00",
            "18EB1000#0157424150483133", "18EB1000#0230303030303030", "18EB1000#033030312AFFFFFF",
            "18EC0010#13120003FFECFE00",
        ]
        #expect(try lines(agreed.joined(separator: "\n")) == ["\(number) WBAPH130000000001"])
    }

    @Test func `as given as examples`() throws {
        guard let folder = Shipped.folder("../shared/formats/samples/obd_j1939") else { return }
        let text = try String(
            contentsOf: folder.appending(path: "vectors.jsonl"), encoding: .utf8)
        var count = 0
        for line in text.split(separator: "\n") {
            guard
                let entry = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    as? [String: Any], let id = entry["can_id"] as? String,
                let data = entry["data"] as? String
            else { continue }
            let bytes = data.split(separator: " ").map(String.init)
            let expected = entry["expect"] as? [String: Any]
            let frames = bytes.count <= 8 ? [id + "#" + bytes.joined()] : broadcast(id, bytes)
            let found = try lines(frames.joined(separator: "\n"))
            if let value = expected?["value"] as? Double {
                let number = try #require(Double(found[0].split(separator: " ")[1]))
                #expect(abs(number - value) < 0.01, "\(line)")
            } else if let faults = expected?["dtcs"] as? [[Int]] {
                let words = faults.map { "\($0[0])-\($0[1])" }
                let last = found.last?.split(separator: " ").dropFirst().last ?? ""
                #expect(Set(last.split(separator: ",").map(String.init)) == Set(words), "\(line)")
                let lamp = expected?["mil"] as? String
                #expect(found.count == (lamp == "on" || lamp == "off" ? 2 : 1), "\(line)")
                #expect(found[0].hasSuffix("true") == (lamp == "on"), "\(line)")
            }
            count += 1
        }
        #expect(count >= 7)
    }

    /// The frames in which J1939 tells everybody something longer than eight bytes.
    private func broadcast(_ id: String, _ bytes: [String]) -> [String] {
        let source = id.suffix(2)
        let group = id.suffix(6).prefix(4)
        func hex(_ value: Int) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        let packets = (bytes.count + 6) / 7
        var frames = [
            "1CECFF\(source)#20\(hex(bytes.count))00\(hex(packets))FF\(group.suffix(2))"
                + "\(group.prefix(2))00"
        ]
        for packet in 0..<packets {
            var part = Array(bytes[(packet * 7)..<min(packet * 7 + 7, bytes.count)])
            while part.count < 7 { part.append("FF") }
            frames.append("1CEBFF\(source)#\(hex(packet + 1))\(part.joined())")
        }
        return frames
    }
}
