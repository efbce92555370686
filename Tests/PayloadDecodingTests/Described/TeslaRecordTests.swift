import PayloadDecoding
import Testing
import VehicleSignals

/// Whole records as JSON: what `TpmsHardWarnings` says in them.
@Suite struct `Tesla records as JSON` {
    private static let low = "Tire.IsPressureLow"

    private func lines(_ data: String) throws -> [String] {
        var source = try DescribedSource("tesla")
        return try source.lines(
            "tesla/json",
            #"{"vin":"5YJ3","createdAt":"2026-02-02T02:40:00Z","data":["# + data + "]}"
        ).map { $0.replacing(" event 2026-02-02T02:40:00.000Z", with: "") }
    }

    @Test(arguments: [
        (#"{"frontLeft":true}"#, [true, false, false, false]),
        (#"{"rearRight":true,"frontRight":true}"#, [false, true, false, true]),
        (#"{"rearLeft":true,"frontLeft":false}"#, [false, false, true, false]),
        (#"{"FrontRight":true,"front_left":true}"#, [true, true, false, false]),
        ("{}", [false, false, false, false]),
    ])
    func `wheels that warn, and the others that do not`(wheels: String, low: [Bool]) throws {
        let places = ["Row1.Wheel.Left", "Row1.Wheel.Right", "Row2.Wheel.Left", "Row2.Wheel.Right"]
        let expected = zip(places, low).map { "\($0).\(Self.low) \($1)" }
        let value = #""value":{"tireLocationValue":\#(wheels)}"#
        #expect(try lines(#"{"key":"TpmsHardWarnings",\#(value)}"#) == expected)
        #expect(try lines(#"{\#(value),"key":"TpmsHardWarnings"}"#) == expected)
    }

    @Test(arguments: [
        #"{"key":"TpmsHardWarnings","value":{"invalid":true}}"#,
        #"{"key":"TpmsHardWarnings","value":{"stringValue":"FrontLeft"}}"#,
        #"{"key":"TpmsSoftWarnings","value":{"tireLocationValue":{"frontLeft":true}}}"#,
    ])
    func `what names no wheels says nothing of them`(datum: String) throws {
        #expect(try lines(datum).isEmpty)
        #expect(
            try lines(datum + #",{"key":"Odometer","value":{"doubleValue":1}}"#)
                == ["TraveledDistance 1609"])
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity"])
    func `what protojson writes for a number that is none is absent, the others are kept`(
        text: String
    ) throws {
        let data = [
            #"{"key":"OutsideTemp","value":{"doubleValue":"\#(text)"}}"#,
            #"{"key":"Location","value":{"locationValue":{"latitude":"\#(text)","longitude":1}}}"#,
            #"{"key":"Odometer","value":{"doubleValue":1}}"#,
        ]
        #expect(
            try lines(data.joined(separator: ","))
                == ["CurrentLocation.Longitude 1.0", "TraveledDistance 1609"])
    }
}
