import AllocationCounter
import PayloadDecoding
import Testing
import VehicleSignals

/// Decoding allocates nothing once the workspace has been used. Counted by thread, in release.
@Suite(.serialized) struct `decoding allocates nothing` {
    /// Topic, payload, and readings or -1 for an error.
    static let messages: [(String, String, Int)] = [
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
        ("telemetry/CAR1/v/Location", "\"(37.412374 N, 122.145867 W)\"", 2),
        (
            "telemetry/CAR1/alerts/BMS_a067/current",
            #"{"Audiences":["Customer","Service"],"StartedAt":"2025-01-01T09:00:00Z"}"#, 1
        ),
        (
            "telemetry/CAR1/alerts/BMS_a067/history",
            #"[{"Audiences":["ServiceFix"],"EndedAt":"2025-01-01T09:05:00Z","#
                + #""StartedAt":"2025-01-01T09:00:00Z"},{"Audiences":["Customer"]}]"#, 2
        ),
        (
            "skoda/CAR1/maintenance",
            #"{"maintenanceReport":{"mileageInKm":71,"capturedAt":"2025-05-14T20:35:33.079Z"}}"#, 1
        ),
        (
            "fleet/data",
            #"{"car":{"id":"CAR1"},"software":"2026.2 \u00e9","sent":1770102660000,"#
                + #""data":{"mil":"yes"}}"#, 3
        ),
        (
            "GCID/V1",
            #"{"data":{"vehicle.vehicle.travelledDistance":{"unit":"MI","value":"7","#
                + #""timestamp":"2025-10-01T10:12:39Z"}},"vin":"V1"}"#, 1
        ), ("ovms/u/CAR1/metric/v/t/pressure", "206.8,216.4,0,175.7", 3),
        ("ovms/u/CAR1/metric/v/e/serv/time", "2026-02-01 02:40:00 AWST", 1),
        (
            "live/level13/APP",
            #"{"vin":"V1","data":{"diagnostics":{"trouble_codes":[{"data":{"id":"P0128","#
                + #""status":"ACTIVE"}},{"data":{"id":"x"}}],"tire_pressures":[{"data":{"#
                + #""pressure":"#
                + #"{"value":2,"unit":"bars"},"location":"front_left"}}]},"maintenance":{"#
                + #""next_inspection_date":[{"data":"2026-08-01T00:00:00Z"}]}}}"#, 6
        ),
        (
            "homeassistant/sensor/V1/odometer/state",
            #"{"odo_read":32150.5,"odo_read_last_updated":"2024-03-15T10:30:45.100+00:00"}"#, 1
        ),
        (
            "864636060329170/data",
            #"{"state":{"reported":{"ts":1769610760000,"latlng":"55.6,12.5","281":"P0128","#
                + #""66":1}}}"#,
            5
        ),
        (
            "carconnectivity/0/garage/V1/maintenance/inspection_due_at_json",
            #"{"val":"2025-02-01 10:00:00","upd":"2025-01-01 10:00:00+00:00"}"#, 1
        ), ("teslamate/cars/1/charging_state", "Charging", 1),
        ("wican/aa/can/rx", #"{"SOC":67.5,"CHARGING":"off"}"#, 2),
        ("homeassistant/sensor/V1_time_to_service/state", "12 months", 1),
        ("saic/u/vehicles/V1/drivetrain/mileage", "15000.5", 1),
        ("hyundai_kia_connect_monitor/V1/monitor/monitor/odometer", "0", 0),
        ("evcc/loadpoints/1/vehicleSoc", "50", 0),
        (
            "cms/telemetry/CAR1",
            "H4sIAAAAAAACAxXKywrCMBBG4Xf512mZTLwxO+kLiIgLd5GOEmhMSaIgpe9uXJ6P"
                + "s+ATXhAMx7OFQQ1RS/VxbsTEu464I3ehvVgrRLe2lFl1hGxdzwZpTFGrZsjBsus3"
                + "BndfW3+vaar+qRDLf60h6ylrKe/cbMFjgjhe1x9P+G35fwAAAA==", 3
        ),
        ("ruptela/1/data", #"{"ts":1769594217,"imei":"1","data":{"520":"9D80"}}"#, 1),
        (
            "ruptela/1/data",
            #"{"ts":1769594217,"imei":"1","data":{"104":"0","105":"0","106":"0","520":"9D80"}}"#, 1
        ),
        (
            "ruptela/1/data",
            #"{"ts":1769594217,"imei":"1","data":{"104":"53414C4C41414146","#
                + #""105":"3341413534343438","106":"3200000000000000"}}"#, 1
        ),
        (
            "flespi/message/gw/devices/7",
            #"{"can.vehicle.mileage":7.5,"timestamp":1770000000.125}"#, 1
        ),
        (
            "traccar/positions",
            #"{"position":{"fixTime":"2026-02-02T02:40:00.000+0000","speed":1},"#
                + #""device":{"uniqueId":"8"}}"#, 1
        ),
        (
            "autopi/D/status",
            #"{"data":{"signals":[{"name":"odometer","value":1,"timestamp":1770000000000}]}}"#, 1
        ),
        (
            "fleetwise/signals",
            #"{"vehicleName":"V1","signals":{"Vehicle.ECU1.DTC_INFO":[{"value":"{\"DetectedDTCs\":"#
                + #"[{\"DTCAndSnapshot\":{\"dtcCodes\":[{\"DTC\":\"AAA123\"}]}}]}"}]}}"#, 2
        ),
        (
            "viss/V1/a",
            #"{"data":[{"dp":[{"value":"5","ts":"2020-04-15T13:38:00Z"}],"#
                + #""path":"Vehicle.Speed"}]}"#,
            1
        ),
        (
            "viss/V1/a",
            #"{"data":[{"dp":{"value":"[\"P0143\",\"x\"]"},"path":"Vehicle.X"},"#
                + #"{"path":"Vehicle.Diagnostics.DTCList","dp":{"value":"[\"P0143\",\"x\"]"}}]}"#,
            2
        ),
        ("telemetry/CAR1/v/TpmsHardWarnings", #"{"frontLeft":true,"x":1}"#, 1),
        ("weconnect/0/vehicles/V1/domains/measurements/odometerStatus/odometer", "7", 1),
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
