import AllocationCounter
import PayloadDecoding
import Testing
import VehicleSignals

/// Decoding allocates nothing once the workspace has been used. Counted by thread, in release.
@Suite(.serialized) struct `decoding allocates nothing` {
    /// Topic, payload, and readings or -1 for an error.
    private static let messages: [(String, String, Int)] = [
        (
            "vss/CAR1/telemetry",
            #"{"ts":"2026-02-03T07:11:00Z","signals":{"Vehicle.Speed":53.2,"#
                + #""Vehicle.TraveledDistance":8}}"#, 2
        ),
        (
            "vss/CAR1/telemetry",
            #"[{"signals":{"Vehicle.TraveledDistance":8,"Vehicle.Speed":"#
                + #"{"value":1.5,"ts":1770102660000}},"vss":"5.1"}]"#, 2
        ),
        (
            "vss/CAR1/telemetry",
            #"{"signals":{"Vehicle\u002eLowVoltageSystemState":"\u004fN","#
                + #""Vehicle.Diagnostics.DTCList":["P0128"],"q":[{}]}}"#, 3
        ),
        (
            "vss/CAR1/telemetry",
            #"{"signals":{"Vehicle.Speed":9007199254740993.00000000000000000001e-10}}"#, 0
        ),
        (
            "vss/CAR1/telemetry",
            #"{"signals":{"Vehicle.Speed":0.00000000000000000000000000001e-70}}"#, 1
        ),
        ("telemetry/CAR1/v/Odometer", "\"61026.774055062444\"", 1),
        ("telemetry/CAR1/v/TpmsHardWarnings", "{}", 4),
        ("telemetry/CAR1/v/Unheard", "{}", 0),
        (
            "skoda/CAR1/maintenance",
            #"{"maintenanceReport":{"mileageInKm":71,"capturedAt":"2025-05-14T20:35:33.079Z"}}"#, 1
        ),
        (
            "fleet/data",
            #"{"car":{"id":"CAR1"},"software":"2026.2 \u00e9","sent":1770102660000,"#
                + #""data":{"mil":"yes"}}"#, 3
        ),
        ("vss/CAR1/telemetry", #"{"signals":{"Vehicle.Speed":"fast"}}"#, -1),
        ("vss/CAR1/telemetry", "\u{1}", -1),
        ("fleet/data", "{\"car\":{}}", -1),
        ("nowhere/at/all", "{}", 0),
    ]

    @Test func `for every source, with and without errors`() throws {
        let sources = try TwinSources.make()
        var workspace = sources.makeWorkspace()
        var readings: [Reading] = []
        var texts: [UInt8] = []
        readings.reserveCapacity(256)
        texts.reserveCapacity(1024)
        for (topic, payload, expected) in Self.messages {
            let (name, bytes) = (Array(topic.utf8), Array(payload.utf8))
            for round in 0..<3 {
                let before = allocations_of_this_thread()
                let found = Self.run(sources, name, bytes, &workspace, &readings, &texts)
                let allocated = allocations_of_this_thread() - before
                #expect(found == expected, "\(topic) \(payload)")
                // A throw is not counted: the testing library notes a backtrace for each.
                if round > 0, expected >= 0 { #expect(allocated == 0, "\(topic) \(payload)") }
            }
        }
    }

    @inline(never)
    private static func run(
        _ sources: CompiledSources, _ topic: [UInt8], _ payload: [UInt8],
        _ workspace: inout DecodingWorkspace, _ readings: inout [Reading], _ texts: inout [UInt8]
    ) -> Int {
        readings.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        guard let route = unsafe sources.route(topic: topic.span.bytes) else { return 0 }
        var count = -1
        readings.append(addingCapacity: 256) { out in
            texts.append(addingCapacity: 1024) { text in
                do throws(DecodeError) {
                    _ = unsafe sources.vehicleName(
                        route, topic: topic.span.bytes, payload: payload.span.bytes)
                    _ = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 0), isRetained: false,
                        workspace: &workspace, into: &out, texts: &text)
                    count = out.count
                } catch { count = -1 }
            }
        }
        return count
    }
}
