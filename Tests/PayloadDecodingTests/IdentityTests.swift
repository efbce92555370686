import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct `who sent it` {
    private func decoder() throws -> MessageDecoder { MessageDecoder(try TwinSources.make()) }

    private func name(_ decoder: MessageDecoder, _ topic: String, _ payload: String) throws
        -> String?
    {
        let route = try #require(decoder.route(topic))
        let levels = Array(topic.utf8)
        let body = Array(payload.utf8)
        let found = unsafe decoder.sources.vehicleName(
            route, topic: levels.span.bytes, payload: body.span.bytes)
        guard let found else { return nil }
        let end = found.offset + found.length
        return found.isInPayload
            ? String(decoding: body[found.offset..<end], as: UTF8.self)
            : String(decoding: levels[found.offset..<end], as: UTF8.self)
    }

    @Test func `the topic names the vehicle, whatever the payload is`() throws {
        let decoder = try decoder()
        #expect(
            try name(decoder, "vss/WVWZZZ1JZXW000001/telemetry", "garbage") == "WVWZZZ1JZXW000001")
        #expect(try name(decoder, "a/b/c/5YJ3/v/Odometer", "1") == "5YJ3")
        #expect(try name(decoder, "skoda/octavia/maintenance", "") == "octavia")
    }

    @Test(arguments: [
        (#"{"vehicle":"CAR9","signals":{}}"#, "CAR9"),
        (#"{"signals":{"a":[{}]},"vehicle" : "CAR9"}"#, "CAR9"),
        (#"[{"x":1,"vehicle":"CAR9"},{"vehicle":"CAR8"}]"#, "CAR9"),
        (#"{"signals":{}}"#, nil), (#"{"vehicle":7}"#, nil), (#"{"vehicle":"\u0041"}"#, nil),
        (#"{"vehicle":""}"#, nil), ("[]", nil), ("", nil), ("{\"vehicle\":\"CAR", nil), ("7", nil),
    ])
    func `a quick look finds it in a native body`(payload: String, expected: String?) throws {
        #expect(try name(decoder(), "vss4", payload) == expected)
    }

    @Test(arguments: [
        (#"{"data":{"odometer":[1,{"car":2}]},"car":{"colour":"red","id":"CAR9"}}"#, "CAR9"),
        (#"{"car":{}}"#, nil), (#"{"car":"CAR9"}"#, nil), (#"{"car":{"id":null}}"#, nil),
    ])
    func `a quick look finds it in a document`(payload: String, expected: String?) throws {
        #expect(try name(decoder(), "fleet/data", payload) == expected)
    }

    @Test func `topic and body must agree`() throws {
        var decoder = try decoder()
        let signals = #""signals":{"Vehicle.Speed":1}"#
        #expect(
            try decoder.lines("vss/CAR1/telemetry", #"{"vehicle":"CAR1",\#(signals)}"#).count == 1)
        #expect(
            decoder.error("vss/CAR1/telemetry", #"{"vehicle":"CAR2",\#(signals)}"#)
                == DecodeError(.identityDisagrees, at: 11))
        #expect(
            decoder.error("fleet/CAR1/data", #"{"car":{"id":"CAR2"}}"#)
                == DecodeError(.identityDisagrees, at: 13))
    }

    @Test func `all objects of one array name the same vehicle`() throws {
        var decoder = try decoder()
        let one = #"{"vehicle":"CAR1"}"#
        #expect(try decoder.lines("vss4", "[\(one),\(one)]").isEmpty)
        #expect(
            decoder.error("vss4", "[\(one),{\"vehicle\":\"CAR2\"}]")?.reason == .identityDisagrees)
        #expect(decoder.error("vss4", "[\(one),{}]") == DecodeError(.identityMissing, at: 20))
        #expect(decoder.error("vss4", "{}") == DecodeError(.identityMissing, at: 0))
        #expect(
            decoder.error("fleet/data", #" {"data":{}}"#) == DecodeError(.identityMissing, at: 1))
    }

    @Test(arguments: [#""""#, #""a\u0062""#, "\"\(String(repeating: "x", count: 129))\""])
    func `a name that cannot be one is an error`(name: String) throws {
        var decoder = try decoder()
        #expect(
            decoder.error("vss4", #"{"vehicle":\#(name)}"#) == DecodeError(.badIdentity, at: 11))
    }
}
