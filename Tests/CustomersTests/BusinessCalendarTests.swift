import Customers
import Testing
import VehicleSignals

@Suite struct BusinessCalendarTests {
    private func time(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    /// Central European time of 2026, with its two changes of the clock.
    private func calendar(
        _ hours: String = "Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00",
        holidays: [String] = []
    ) throws -> BusinessCalendar {
        let summer = try time("2026-03-29T01:00:00Z")
        let winter = try time("2026-10-25T01:00:00Z")
        let days = try holidays.map { Day(utc: try time($0 + "T00:00:00Z")) }
        return BusinessCalendar(hours: try OpeningHours(hours), holidays: Set(days)) {
            $0 >= summer && $0 < winter ? 7200 : 3600
        }
    }

    @Test(arguments: [
        // Within the morning; over the noon break; over the night; over the Sunday.
        ("2026-03-02T08:00:00+01:00", 60, "2026-03-02T09:00:00+01:00"),
        ("2026-03-02T11:30:00+01:00", 60, "2026-03-02T13:30:00+01:00"),
        ("2026-03-02T16:30:00+01:00", 60, "2026-03-03T08:30:00+01:00"),
        ("2026-03-07T11:30:00+01:00", 60, "2026-03-09T08:30:00+01:00"),
        // Before opening, in the break, and a span that ends exactly at the close.
        ("2026-03-02T03:00:00+01:00", 60, "2026-03-02T09:00:00+01:00"),
        ("2026-03-02T12:15:00+01:00", 60, "2026-03-02T14:00:00+01:00"),
        ("2026-03-02T16:00:00+01:00", 60, "2026-03-02T17:00:00+01:00"),
        // Over the night in which the clocks go forward, and back.
        ("2026-03-28T11:00:00+01:00", 120, "2026-03-30T09:00:00+02:00"),
        ("2026-10-24T11:00:00+02:00", 120, "2026-10-26T09:00:00+01:00"),
    ])
    func `open minutes count while the dealer is open`(
        start: String, minutes: Int64, end: String
    ) throws {
        #expect(try calendar().after(minutes: minutes, from: time(start)) == time(end))
    }

    @Test(arguments: [
        ("2026-03-02T10:00:00+01:00", 1, "2026-03-03T10:00:00+01:00"),
        ("2026-03-02T10:00:00+01:00", 5, "2026-03-07T10:00:00+01:00"),
        // Saturday closes earlier; Sunday is no working day.
        ("2026-03-06T15:00:00+01:00", 1, "2026-03-07T12:00:00+01:00"),
        ("2026-03-07T10:00:00+01:00", 1, "2026-03-09T10:00:00+01:00"),
        // Came on Sunday, at night, before opening: whole days from the next one on.
        ("2026-03-01T09:00:00+01:00", 2, "2026-03-03T17:00:00+01:00"),
        ("2026-03-02T20:00:00+01:00", 1, "2026-03-03T17:00:00+01:00"),
        ("2026-03-02T05:00:00+01:00", 1, "2026-03-02T17:00:00+01:00"),
        ("2026-03-27T10:00:00+01:00", 2, "2026-03-30T10:00:00+02:00"),
    ])
    func `working days are open days`(start: String, days: Int, end: String) throws {
        #expect(try calendar().after(days: days, from: time(start)) == time(end))
    }

    @Test func `a holiday is closed, whatever the hours say`() throws {
        let calendar = try calendar(holidays: ["2026-03-03", "2026-03-04"])
        let start = try time("2026-03-02T16:30:00+01:00")
        #expect(
            try calendar.after(minutes: 60, from: start) == time("2026-03-05T08:30:00+01:00"))
        #expect(try calendar.after(days: 1, from: start) == time("2026-03-05T16:30:00+01:00"))
    }

    @Test func `minutes add up, whatever the start`() throws {
        let calendar = try calendar()
        var start = try time("2026-03-25T00:00:00Z")
        for step in 0..<400 {
            let first = calendar.after(minutes: 35, from: start)
            let both = calendar.after(minutes: 35 + 50, from: start)
            #expect(calendar.after(minutes: 50, from: first) == both, "\(start.rfc3339)")
            start = start.advanced(by: .minutes(Int64(17 + step % 7)))
        }
    }

    @Test func `hours are read as they are written`() throws {
        let hours = try OpeningHours("sa-mo 10:00-24:00; We,Fr 13:00-17:00,08:00-12:00")
        #expect(hours.week[0] == [600..<1440] && hours.week[5] == [600..<1440])
        #expect(hours.week[6] == [600..<1440] && hours.week[1].isEmpty)
        #expect(hours.week[2] == [480..<720, 780..<1020] && hours.week[4] == hours.week[2])
        #expect(OpeningHours.usual == (try OpeningHours("Mo-Fr 08:00-17:00")))
    }

    @Test(arguments: [
        ("", "never open"), (" ; ", "never open"), ("Mo-Fr", "days and times"),
        ("Mo 8:00-17:00", "no span of time"), ("Mo 08:00-07:00", "no span of time"),
        ("Mo 08:00-24:01", "no span of time"), ("Mo 08:60-09:00", "no span of time"),
        ("Mon 08:00-17:00", "none of Mo"), ("Mo-Fr-Sa 08:00-17:00", "none of Mo"),
        ("Mo 08:00-12:00,11:00-13:00", "overlap"), ("Mo 08:00-12:00; Mo 10:00-11:00", "overlap"),
    ])
    func `a slip in the hours is named`(text: String, words: String) {
        let flaw = #expect(throws: OpeningHours.Flaw.self) { try OpeningHours(text) }
        #expect(flaw?.reason.contains(words) == true, "\(flaw?.reason ?? "")")
    }
}
