import CustomerStore
import Customers
import Foundation
import Testing
import VehicleSignals

@Suite struct ImportTests {
    @Test func `every kind loaded again changes nothing`() throws {
        let world = try StoreWorld.ready()
        try world.load(.names, "vehicle,source,external_id\ncar-1,native,dev-1\n")
        try world.load(.gates, "vehicle,gate,at\ncar-1,all,2026-01-01\n")
        try world.load(.holdings, "vehicle,person,from\ncar-1,bob,2026-02-01\n")
        let version = try world.store.registryVersion()
        for kind in ImportKind.allCases {
            let file = world.folder.appendingPathComponent("\(kind.rawValue).csv")
            let result = try world.store.importCSV(kind: kind, path: file.path, now: world.now)
            #expect(result.unchanged == result.rows && result.rows > 0, "\(kind)")
            #expect(result.isBalanced && result.rejected.isEmpty)
        }
        // The file before the hand-over, too: an empty `to` does not open the holding again.
        let before = try world.load(
            .holdings, "vehicle,person,role,from,to\ncar-1,ann,owner,2024-01-01,\n")
        #expect(before.unchanged == 1)
        #expect(try world.store.registryVersion() == version)
    }

    @Test func `good rows land beside bad ones, and each bad one says where and why`() throws {
        let world = try StoreWorld()
        let result = try world.load(
            .vehicles,
            """
            vehicle,vin,brand,model,model_year,time_zone,last_service_date
            good-1,,ACME,Wander,2023,Europe/Berlin,2025-01-31
            ,1M8GDM9AXKP042788,ACME,Hauler,,,
            short,1M8GDM9AXKP04278,ACME,Hauler,,,
            digit,1M8GDM9A0KP042788,ACME,Hauler,,,
            letter,WVWZZZ1JZXW00000O,ACME,Hauler,,,
            ,,ACME,Nameless,,,
            nobrand,,,Wander,,,
            year,,ACME,Wander,next,,
            zone,,ACME,Wander,,Mars/Olympus,
            date,,ACME,Wander,,,31.01.2025
            few,,ACME
            quote,,AC"ME,Wander,,,
            european,WVWZZZ1JZXW000001,ACME,Wander,,,
            """)
        #expect(result.rows == 13 && result.added == 3 && result.rejectedCount == 10)
        #expect(result.isBalanced)
        let places = result.rejected.map { "\($0.line) \($0.column ?? "-")" }
        #expect(
            places == [
                "4 vin", "5 vin", "6 vin", "7 vehicle", "8 brand", "9 model_year", "10 time_zone",
                "11 last_service_date", "12 -", "13 -",
            ])
        #expect(result.rejected[0].reason == "has 16 characters, a VIN has 17")
        #expect(result.rejected[1].reason.contains("\"X\""))
        #expect(result.rejected[2].description.hasPrefix("line 6, column vin: holds \"O\""))
        #expect(result.warnings.count == 1)
        #expect(result.warnings[0].hasPrefix("1 VINs have no valid check digit"))
        #expect(result.warnings[0].contains("line 14"))
    }

    @Test(arguments: [",", ";", "\t"])
    func `the delimiter is found by the columns it makes`(delimiter: String) throws {
        let world = try StoreWorld()
        let text = "Person,Name,Do-Not-Contact,phone\np1,\"de Vries; Ann, \"\"A\"\"\",yes,\n"
        // Only those outside of quotes are delimiters.
        let parts = text.components(separatedBy: "\"de Vries; Ann, \"\"A\"\"\"")
        let quoted = "\"de Vries; Ann, \"\"A\"\"\""
        let file = parts.map { $0.replacingOccurrences(of: ",", with: delimiter) }
            .joined(separator: quoted)
        let result = try world.load(.persons, file)
        #expect(result.added == 1 && String(result.delimiter) == delimiter)
        #expect(result.warnings.isEmpty)
    }

    @Test func `every encoding gives the same names`() throws {
        let text = "person;name;advisor\r\nä-1;Zoë Müller – “Ö”;€uro\r\n"
        let utf16 = Array(text.utf16)
        let little = utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let windows: [UInt8] = text.unicodeScalars.map { scalar in
            switch scalar {
            case "–": 0x96
            case "“": 0x93
            case "”": 0x94
            case "€": 0x80
            default: UInt8(scalar.value)
            }
        }
        let files: [(TextEncoding, [UInt8])] = [
            (.utf8, Array(text.utf8)), (.utf8, [0xEF, 0xBB, 0xBF] + Array(text.utf8)),
            (.utf16LittleEndian, [0xFF, 0xFE] + little), (.utf16BigEndian, [0xFE, 0xFF] + big),
            (.utf16LittleEndian, little), (.utf16BigEndian, big), (.windows1252, windows),
        ]
        let world = try StoreWorld()
        for (number, (encoding, bytes)) in files.enumerated() {
            let result = try world.load(.persons, bytes: bytes)
            #expect(result.encoding == encoding, "file \(number)")
            #expect(result.added == (number == 0 ? 1 : 0), "file \(number)")
            #expect(result.unchanged == (number == 0 ? 0 : 1), "file \(number)")
        }
    }

    @Test func `quoting follows RFC 4180, line ends may be any, blank lines are none`() throws {
        let world = try StoreWorld()
        let result = try world.load(
            .persons,
            "person,name,post\r\n\r\np1,\"Ann\n\"\"A\"\" de Vries\",\"a, b\"\np2,Bob,\r"
                + "p3,Cor,x\n\n\np4,Dee,")
        #expect(result.added == 4 && result.rows == 4)
        let broken = try world.load(
            .persons,
            """
            person,name
            p5,"Eve
            and more" amiss
            p6,Fay
            p7,"never closed
            p8,lost
            """)
        #expect(broken.added == 1)
        #expect(broken.rejected.map(\.line) == [2, 5])
        #expect(broken.rejected[1].reason.contains("never closed"))
    }

    @Test func `columns that are missing, double or unknown are told by name`() throws {
        let world = try StoreWorld()
        #expect(throws: ImportError.self) { try world.load(.persons, "person;phone\np1;1\n") }
        do {
            try world.load(.persons, "person;phone\np1;1\n")
        } catch let error as ImportError {
            #expect("\(error)".contains("missing column name"))
            #expect("\(error)".contains("do_not_contact"))
        }
        #expect(throws: ImportError.self) { try world.load(.persons, "person,name,NAME\na,b,c\n") }
        #expect(throws: ImportError.self) { try world.load(.persons, "") }
        #expect(throws: ImportError.self) { try world.load(.persons, "\n\n") }
        #expect(throws: ImportError.self) { try world.load(.persons, "\"person,name\n") }
        #expect(throws: ImportError.self) {
            try world.store.importCSV(
                kind: .persons, path: world.folder.path + "/none.csv", now: world.now)
        }
        #expect(throws: ImportError.self) {
            try world.store.importCSV(kind: .persons, path: world.folder.path, now: world.now)
        }
        let odd = try world.load(.persons, "person,name,shoe_size\np1,Ann,39\n")
        #expect(odd.added == 1 && odd.warnings.count == 1)
        #expect(odd.warnings[0].contains("shoe_size"))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `random bytes as a file never crash and never land`(seed: UInt64) throws {
        var state = seed
        let world = try StoreWorld()
        for kind in ImportKind.allCases {
            var bytes = Array((kind.columns.joined(separator: ",") + "\n").utf8)
            for _ in 0..<20_000 {
                // Knuth's MMIX generator: seeded, so that a failing file can be made again.
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            let result = try world.load(kind, bytes: bytes)
            #expect(result.isBalanced && result.added == 0, "\(kind)")
            _ = try? world.load(kind, bytes: Array(bytes.dropFirst(10)))
        }
        #expect(try world.store.operatorCounts().vehicles == 0)
    }

    @Test func `bytes that are no text reject their row only`() throws {
        let world = try StoreWorld()
        var bytes = Array("person,name\n".utf8)
        for number in 0..<20 { bytes += Array("p\(number),Zoë ü é ö\n".utf8) }
        bytes += Array("bad,Zo".utf8) + [0xEB, 0x0A]
        bytes += Array("nul,Zo\u{0}e\n".utf8)
        let result = try world.load(.persons, bytes: bytes)
        #expect(result.encoding == .utf8 && result.added == 20)
        #expect(result.rejected.map(\.line) == [22, 23])
        #expect(result.rejected.map(\.column) == ["name", "name"])
    }

    @Test func `names that contradict are rejected`() throws {
        let world = try StoreWorld.ready()
        let result = try world.load(
            .vehicles,
            """
            vehicle,vin,brand,model
            car-1,WVWZZZ1JZXW000001,ACME,Wander
            car-2,WVWZZZ1JZXW000001,ACME,Wander
            car-2,TMBJG7NX8M0000017,ACME,Wander
            """)
        #expect(result.rejected.map(\.line) == [2, 4] && result.added == 1)
        let names = try world.load(
            .names,
            """
            vehicle,source,external_id
            car-1,native,dev-1
            car-2,native,dev-1
            none,native,dev-3
            car-1,vin,X
            car-1,a:b,X
            """)
        #expect(names.added == 1 && names.changed == 1)
        #expect(names.rejected.map(\.column) == ["vehicle", "source", "source"])
        #expect(try world.store.findVehicles("native:dev-1") == [try world.key("car-2")])
    }

    @Test func `a vehicle without VIN gets one later, and a column left out says nothing`() throws {
        let world = try StoreWorld.ready()
        try world.load(.vehicles, "vehicle,brand,model,plate\ncar-9,ACME,Wander,P-1\n")
        let result = try world.load(
            .vehicles, "vehicle,vin,brand,model\ncar-9,1HGCM82633A004352,ACME,Wander\n")
        #expect(result.changed == 1)
        let vehicle = try #require(try world.store.vehicle(world.key("1HGCM82633A004352")))
        #expect(vehicle.vin?.text == "1HGCM82633A004352" && vehicle.plate == "P-1")
        let emptied = try world.load(.vehicles, "vehicle,brand,model,plate\ncar-9,ACME,Wander,\n")
        #expect(emptied.changed == 1)
        #expect(try world.store.vehicle(world.key("car-9"))?.plate == nil)
    }

    @Test func `holdings that overlap are rejected, a hand-over closes the one before`() throws {
        let world = try StoreWorld.ready()
        let result = try world.load(
            .holdings,
            """
            vehicle,person,role,from,to
            car-1,bob,owner,2025-01-01,2025-06-01
            car-1,ann,owner,2025-05-01,2025-05-10
            car-1,ann,owner,2025-06-01,
            car-1,bob,owner,2023-01-01,
            car-1,bob,lessee,2025-07-01,2025-06-01
            car-1,bob,driver,2024-06-01,
            car-1,none,owner,2026-01-01,
            car-1,bob,boss,2026-01-01,
            car-1,bob,owner,yesterday,
            """)
        #expect(result.added == 4)
        #expect(
            result.rejected.map { "\($0.line) \($0.column ?? "-")" } == [
                "3 from", "6 to", "8 person", "9 role", "10 from",
            ])
        // bob's first holding ends where ann's begins, since nothing else was said.
        let again = try world.load(
            .holdings, "vehicle,person,role,from,to\ncar-1,bob,owner,2023-01-01,2024-01-01\n")
        #expect(again.unchanged == 1)
    }

    @Test func `choices and permissions find their holding or are rejected`() throws {
        let world = try StoreWorld.ready()
        let choices = try world.load(
            .choices,
            """
            vehicle,person,dealer,chosen_at
            car-1,,NL-1,2020-01-01
            car-1,ann,NL-1,2023-12-01
            car-1,bob,NL-1,2025-01-01
            car-1,ann,NL-9,2025-01-01
            """)
        #expect(choices.added == 1 && choices.rejected.map(\.line) == [2, 4, 5])
        let permissions = try world.load(
            .permissions,
            """
            person,controller,purpose,state,at,channel,vehicle,valid_until
            ann,NL-1,P3,,2026-01-01,,,
            ann,NL-1,P3,Given,2026-01-01,email,car-1,2027-01-01
            ann,NL-1,P0,Given,2026-01-01,,,
            ann,NL-1,P3,Maybe,2026-01-01,,,
            ann,NL-1,P3,Given,2026-01-01,fax,,
            ann,NL-1,P3,Given,2026-01-01,,,2025-01-01
            bob,NL-1,P3,Given,2026-01-01,,car-1,
            """)
        #expect(permissions.added == 2)
        #expect(
            permissions.rejected.map(\.column) == [
                "purpose", "state", "channel", "valid_until", "vehicle",
            ])
    }

    @Test func `an agreement does not change under its number, but it may end`() throws {
        let world = try StoreWorld.ready()
        let result = try world.load(
            .agreements,
            """
            manufacturer;dealer;version;purposes;data_classes;valid_from;valid_to;status
            MAKER;NL-1;1;P3 P4;D1 D2 D6 D10;2024-01-01;;
            MAKER;NL-1;1;P3;D10 D6,D2|D1;2024-01-01;2026-12-31;terminated
            MAKER;NL-1;2;P3;D99;2024-01-01;;
            MAKER;NL-1;two;P3;D1;2024-01-01;;
            MAKER;NL-1;3;P3;D1;2024-01-01;2023-01-01;
            """)
        #expect(result.changed == 1)
        #expect(
            result.rejected.map(\.column) == ["purposes", "data_classes", "version", "valid_to"])
    }

    @Test func `an endpoint without a secret gets one, shown once`() throws {
        let world = try StoreWorld.ready(withEndpoint: false)
        let text = "dealer,url,secret\nNL-1,https://one.example/hook,\n"
        let first = try world.load(.endpoints, text)
        let made = try #require(first.generatedSecrets.first)
        #expect(made.dealer == "NL-1" && made.secret.hasPrefix("whsec_"))
        let again = try world.load(.endpoints, text)
        #expect(again.unchanged == 1 && again.generatedSecrets.isEmpty)
        let wrong = try world.load(
            .endpoints,
            """
            dealer,url,secret
            NL-1,ftp://one.example,
            NL-1,https://user:word@one.example,
            NL-1,no address,
            NL-1,https://three.example,whsec_short
            NL-9,https://three.example,
            """)
        #expect(wrong.rejected.map(\.column) == ["url", "url", "url", "secret", "dealer"])
    }

    @Test func `a dealer needs a key for addresses and, if franchised, brands`() throws {
        let world = try StoreWorld()
        let result = try world.load(
            .dealers,
            """
            dealer,name,brands,kind
            NL/1,Slash,ACME,
            NL-1,None,,
            NL-2,Star,*,franchised
            NL-3,Free,,independent
            NL-4,Odd,ACME,chain
            """)
        #expect(result.added == 1)
        #expect(result.rejected.map(\.column) == ["dealer", "brands", "brands", "kind"])
    }

    @Test func `the newest word on the gate counts, and none from the future is taken`() throws {
        let world = try StoreWorld.ready()
        let result = try world.load(
            .gates,
            """
            vehicle,gate,at
            car-1,all,2026-02-01
            car-1,off,2026-01-01
            car-1,open,2026-01-01
            car-1,off,2026-03-02
            """)
        #expect(result.added == 2 && result.rejected.map(\.column) == ["gate", "at"])
        #expect(try world.store.vehicle(world.key())?.gate == .all)
        try world.load(.gates, "vehicle,gate,at\ncar-1,off,2026-02-01\n")
        #expect(try world.store.vehicle(world.key())?.gate == .off)
    }

    @Test func `progress is told and ends with everything read`() throws {
        let world = try StoreWorld()
        let rows = (0..<2500).map { "p\($0),Person \($0)" }.joined(separator: "\n")
        let file = world.folder.appendingPathComponent("p.csv")
        try Data("person,name\n\(rows)\n".utf8).write(to: file)
        var told: [ImportProgress] = []
        let result = try world.store.importCSV(kind: .persons, path: file.path, now: world.now) {
            told.append($0)
        }
        #expect(result.added == 2500)
        #expect(told.map(\.rows) == [1000, 2000, 2500])
        #expect(told.last?.bytesRead == told.last?.bytesTotal)
    }
}
