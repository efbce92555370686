import Testing
import VehicleSignals

@Suite struct TimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-02-03T07:11:00.000Z", 1_770_102_660_000),
            ("2026-02-03t07:11:00z", 1_770_102_660_000),
            ("2026-02-03 07:11:00Z", 1_770_102_660_000),
            ("2026-02-03T08:11:00+01:00", 1_770_102_660_000),
            ("2026-02-02T23:41:00-07:30", 1_770_102_660_000),
            ("2026-02-03T07:11:00-00:00", 1_770_102_660_000),
            ("2026-02-03T07:11:00.5Z", 1_770_102_660_500),
            ("2026-02-03T07:11:00.05Z", 1_770_102_660_050),
            ("2026-02-03T07:11:00.123456789Z", 1_770_102_660_123),
            ("2026-02-03T07:11:00.9999Z", 1_770_102_660_999), ("1969-12-31T23:59:59.999Z", -1),
            ("2000-02-29T00:00:00Z", 951_782_400_000), ("2016-12-31T23:59:60Z", 1_483_228_799_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)])
    func `an RFC 3339 text is read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2026", "2026-02-03", "2026-02-03T07:11:00", "2026-02-03T07:11Z",
        "2026-02-03T07:11:00.Z", "2026-02-03T07:11:00.1234567890Z", "2026-02-03T07:11:00+0100",
        "2026-02-03T07:11:00+24:00", "2026-02-03T07:11:00+01:60", "2026-02-03T07:11:00ZZ",
        "2026-02-03T24:00:00Z", "2026-02-03T07:60:00Z", "2026-02-03T07:11:61Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-04-00T00:00:00Z",
        "2026/02/03T07:11:00Z", "2026-02-03X07:11:00Z", " 2026-02-03T07:11:00Z",
        "2026-02-03T07:11:00Z ", "+026-02-03T07:11:00Z", "2026-02-03T07:11:00.12a Z",
        "２026-02-03T07:11:00Z", "2026-02-03T07.11.00Z",
    ])
    func `what is no RFC 3339 text is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `a time is read out of the middle of other bytes`() {
        let bytes = Array(#"{"ts":"2026-02-03T07:11:00.25Z"}"#.utf8)
        #expect(
            Timestamp(rfc3339: bytes.span, in: 7..<30)
                == Timestamp(milliseconds: 1_770_102_660_250))
        #expect(Timestamp(rfc3339: bytes.span, in: 7..<29) == nil)
        #expect(Timestamp(rfc3339: bytes.span, in: 20..<60) == nil)
    }

    @Test func `times are written with milliseconds and read back the same`() {
        #expect(Timestamp(milliseconds: 1_770_102_660_007).rfc3339 == "2026-02-03T07:11:00.007Z")
        #expect(Timestamp(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        var random = Seeded(1)
        for _ in 0..<20_000 {
            let time = Timestamp(
                milliseconds: Int64.random(
                    in: -62_167_219_200_000...253_402_300_799_999, using: &random))
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test func `times that RFC 3339 cannot write become the nearest it can`() {
        #expect(Timestamp.distantPast.rfc3339 == "0000-01-01T00:00:00.000Z")
        #expect(Timestamp.distantFuture.rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test func `sums and differences stop at the ends of time`() {
        let hour = TimeSpan.hours(1)
        #expect(Timestamp.distantFuture.advanced(by: hour) == .distantFuture)
        #expect(Timestamp.distantPast.advanced(by: TimeSpan(milliseconds: -1)) == .distantPast)
        #expect(Timestamp.distantFuture.since(.distantPast).milliseconds == .max)
        #expect(Timestamp.distantPast.since(.distantFuture).milliseconds == .min)
        #expect(Timestamp(seconds: 7200).since(Timestamp(seconds: 3600)) == hour)
        #expect(Timestamp(seconds: 0).advanced(by: .days(2)) == Timestamp(seconds: 172_800))
        #expect(TimeSpan.minutes(90).inDays == 0.0625)
    }

    @Test func `every day of eight centuries is the day after the one before`() {
        var expected = Day(year: 1700, month: 1, day: 1)
        for year in 1700..<2500 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                for day in 1...length {
                    let made = Day(year: year, month: month + 1, day: day)
                    let back = made.civil
                    if made != expected || back != (year, month + 1, day) {
                        Issue.record("\(year)-\(month + 1)-\(day)")
                    }
                    expected.daysSinceEpoch += 1
                }
            }
        }
    }

    @Test func `days are written, and begin and end at midnight`() {
        let day = Day(year: 2026, month: 2, day: 3)
        #expect(day.text == "2026-02-03")
        #expect(day.startUTC.rfc3339 == "2026-02-03T00:00:00.000Z")
        #expect(Day(utc: day.startUTC) == day)
        #expect(Day(utc: Timestamp(milliseconds: day.startUTC.milliseconds - 1)) < day)
        #expect(Day(utc: Timestamp(milliseconds: -1)).text == "1969-12-31")
        #expect(Day(utc: .distantPast).daysSinceEpoch == .min)
        #expect(Day(utc: .distantFuture).daysSinceEpoch == .max)
    }

    @Test func `a zone's offset changes at the moment its table says`() {
        let spring = Timestamp(milliseconds: 1_774_746_000_000)  // 2026-03-29T01:00:00Z
        let zone = TimeZoneRules(
            name: "Europe/Amsterdam",
            stretches: [
                .init(from: Timestamp(seconds: 0), offsetSeconds: 3600),
                .init(from: spring, offsetSeconds: 7200),
            ])
        #expect(zone.offsetSeconds(at: spring) == 7200)
        #expect(zone.offsetSeconds(at: Timestamp(milliseconds: spring.milliseconds - 1)) == 3600)
        #expect(zone.offsetSeconds(at: .distantPast) == 3600)
        #expect(zone.offsetSeconds(at: .distantFuture) == 7200)
        // 23:30 local of the 28th and 00:30 local of the 30th.
        #expect(zone.day(of: Timestamp(milliseconds: 1_774_737_000_000)).text == "2026-03-28")
        #expect(zone.day(of: Timestamp(milliseconds: 1_774_823_400_000)).text == "2026-03-30")
        #expect(TimeZoneRules.utc.day(of: Timestamp(seconds: 0)).text == "1970-01-01")
    }

    @Test func `a zone finds its stretch among many`() {
        let stretches = (0..<200).map {
            TimeZoneRules.Stretch(
                from: Timestamp(seconds: Int64($0) * 100), offsetSeconds: Int32($0))
        }
        let zone = TimeZoneRules(name: "Test/Many", stretches: stretches)
        for second in 0..<20_000 {
            let offset = zone.offsetSeconds(at: Timestamp(seconds: Int64(second)))
            if offset != Int32(second / 100) { Issue.record("second \(second): \(offset)") }
        }
    }

    @Test func `time qualities are ordered from none to event`() {
        #expect(
            TimeQuality.allCases.sorted().map(\.word) == ["none", "arrival", "backend", "event"])
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
