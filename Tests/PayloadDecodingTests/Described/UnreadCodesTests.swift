import PayloadDecoding
import Testing

/// "No faults" is said only where somebody said so: what cannot be read may be a fault.
@Suite struct `codes that cannot be read are no empty list` {
    private static let good = #"{"data":{"id":"P0128","status":"PENDING"}}"#

    @Test(
        arguments: [
            ("[]", [0, 0]), (good, [1, 0]), ("[\(good)]", [1, 0]),
            (#"[{"data":{"id":"1A2B3C","ecu_id":"DME","status":"ACTIVE"}}]"#, []),
            (#"[{"failure":{"reason":"unauthorised"},"timestamp":"2026-01-01T00:00:00Z"}]"#, []),
            (#"[{"data":{"id":null,"status":"ACTIVE"}}]"#, []),
            (#"[{"data":{"status":"PENDING"}}]"#, []), ("{}", []), ("null", []),
            (#"[{"data":{"id":"1A2B3C","status":"ACTIVE"}},\#(good)]"#, [1]),
        ] as [(String, [Int])])
    func `High Mobility`(codes: String, counts: [Int]) throws {
        var source = try DescribedSource("highmobility")
        let lines = try source.lines(
            "live/level13/APP",
            #"{"version":2,"vin":"EXV1","data":{"diagnostics":{"trouble_codes":\#(codes)}}}"#)
        #expect(Self.counts(lines) == counts, "\(lines)")
    }

    @Test(
        arguments: [
            (#""dtc_count":0,"dtcs":[]"#, [0]),
            (#""dtc_count":1,"dtcs":[{"description":"x"}]"#, []),
            (#""dtc_count":1,"dtcs":["P0128"]"#, [1]),
            (#""dtc_count":2,"dtcs":["XYZ",{"code":"P0128"}]"#, [1]),
            (#""dtc_count":1,"dtcs":["XYZ"]"#, []),
        ] as [(String, [Int])])
    func `OnStar`(system: String, counts: [Int]) throws {
        var source = try DescribedSource("onstar2mqtt")
        let lines = try source.lines(
            "homeassistant/1G1/adv_diag/state",
            #"{"engine_and_transmission_system_attr":{\#(system),"#
                + #""last_updated":"2024-03-15T10:30:45.100+00:00"}}"#)
        #expect(Self.counts(lines) == counts, "\(lines)")
    }

    @Test func `OnStar: one system without faults does not speak for another`() throws {
        var source = try DescribedSource("onstar2mqtt")
        let time = #""last_updated":"2024-03-15T10:30:45.100+00:00""#
        for (engine, counts) in [(#"["XYZ"]"#, []), (#"[{"x":1}]"#, []), (#"["P0128"]"#, [1])] {
            let lines = try source.lines(
                "homeassistant/1G1/adv_diag/state",
                #"{"engine_and_transmission_system_attr":{"dtcs":\#(engine),\#(time)},"#
                    + #""airbag_system_attr":{"dtcs":[],\#(time)}}"#)
            #expect(Self.counts(lines) == counts, "\(engine): \(lines)")
        }
    }

    @Test(arguments: [("1A2B3C", []), ("P0128 1A2B3C", [1]), ("", [])] as [(String, [Int])])
    func `Traccar's text of codes`(codes: String, counts: [Int]) throws {
        var source = try DescribedSource("traccar")
        let lines = try source.lines(
            "traccar/positions",
            #"{"position":{"fixTime":"2026-01-01T00:00:00Z","attributes":{"dtcs":"\#(codes)"}},"#
                + #""device":{"uniqueId":"123"}}"#)
        #expect(Self.counts(lines) == counts, "\(lines)")
    }

    private static func counts(_ lines: [String]) -> [Int] {
        lines.compactMap { line in
            line.split(separator: "list of ").dropFirst().first
                .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }
        }
    }
}
