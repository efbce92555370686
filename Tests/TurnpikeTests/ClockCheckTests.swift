import Testing
import VehicleSignals
import turnpike

@Suite struct ClockCheckTests {
    private let now = Timestamp(seconds: 1_780_000_000)

    private func findings(
        _ change: (inout ClockObservations) -> Void
    ) -> [ClockCheck.Finding] {
        var observed = ClockObservations(now: now)
        observed.isKept = true
        observed.largestErrorMicroseconds = 16_000
        observed.fileTime = now
        observed.newestArrival = now.advanced(by: .minutes(-1))
        change(&observed)
        return ClockCheck.findings(observed)
    }

    @Test func `a kept clock that agrees with everything is good`() {
        let found = findings { _ in }
        #expect(found.map(\.level) == ["good"])
        #expect(found[0].sentence.contains("at most 16 ms off"))
    }

    @Test func `what is wrong is told with what was seen`() {
        #expect(findings { $0.isKept = false }.map(\.level) == ["warning"])
        #expect(findings { $0.isKept = nil }[0].sentence.contains("cannot be asked"))
        #expect(findings { $0.largestErrorMicroseconds = 2_000_000 }.map(\.level) == ["warning"])
        let disk = findings { $0.fileTime = now.advanced(by: .seconds(-7)) }
        #expect(disk.map(\.level) == ["good", "warning"])
        #expect(disk[1].sentence.contains("7.0 s apart"))
        let slow = findings { $0.newestArrival = now.advanced(by: .seconds(30)) }
        #expect(slow.map(\.level) == ["good", "warning"])
        let back = findings { $0.newestArrival = now.advanced(by: .hours(2)) }
        #expect(back.map(\.level) == ["good", "problem"])
        #expect(back[1].sentence.contains("7200.0 s ahead"))
    }
}
