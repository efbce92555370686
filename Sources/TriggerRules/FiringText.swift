import VehicleSignals

extension Firing {
    /// Why, in plain words for a dealer, without a person: "Service due in about 24 days or
    /// 640 km (vehicle's own display, read 3 Feb 2026); expected 27 Feb 2026."
    public func reasonText() -> String {
        if deed == .withdraw { return "Later readings showed that there was no need." }
        switch code {
        case .serviceDueSoon, .serviceOverdue: return serviceText()
        case .lowVoltageBattery: return batteryText()
        case .troubleCodeWithLamp: return codeText()
        }
    }

    private func serviceText() -> String {
        if deed == .resolve { return "The service was done: the vehicle's interval begins again." }
        var parts: [String] = []
        if let days = remainingDays {
            let whole = Int(days.rounded())
            parts.append(whole < 0 ? "\(-whole) days" : "about \(whole) days")
        }
        let isLate = tier <= 2 && code == .serviceOverdue || escalatedBy == .serviceOverdue
        if let kilometres = remainingKilometres {
            let whole = Int(kilometres.rounded())
            if isLate == (whole < 0) { parts.append("\(Self.grouped(abs(whole))) km") }
        }
        var text = isLate ? "Service overdue" : "Service due"
        if !parts.isEmpty {
            text += isLate ? " by " : " in "
            text += parts.joined(separator: isLate ? " / " : " or ")
        } else if facts[.isServiceDue] != nil {
            text += " now"
        }
        text += " (" + basisText
        if let read = facts.count > 0 ? facts[0].observed : nil {
            text += ", read " + Self.date(Day(utc: read))
        }
        text += ")"
        if let expected = dueExpected {
            text += isLate ? "; was expected " : "; expected "
            text += Self.date(expected)
            if !isConfident, let early = dueEarly, let late = dueLate {
                text += ", between " + Self.date(early) + " and " + Self.date(late)
            }
        }
        return text + "."
    }

    private var basisText: String {
        switch basis {
        case .vehicle: "vehicle's own display"
        case .plan: "service plan and last known service"
        case .estimate: "vehicle's own display and an assumed daily distance"
        }
    }

    private func batteryText() -> String {
        if deed == .resolve {
            return isEndedByVisit
                ? "The vehicle was in the workshop." : "The 12 V battery holds its voltage again."
        }
        let low = Int(facts[.lowRests]?.value ?? 0)
        let rests = Int(facts[.rests]?.value ?? 0)
        var text = "12 V battery low at rest: \(low) of the last \(rests) rests"
        if let newest = facts[.restVoltage] { text += ", lately \(newest.value) V" }
        return text + "."
    }

    private func codeText() -> String {
        let name = TroubleCode(packed: position).text
        if deed == .resolve { return "Trouble code \(name) is no longer reported." }
        let cycles = Int(facts[.driveCycles]?.value ?? 0)
        var text = "Trouble code \(name) in \(cycles) drive cycles"
        if facts[.isConfirmed]?.value == 1 { text += ", confirmed" }
        if facts[.isLampOn]?.value == 1 { text += ", malfunction lamp on" }
        return text + "."
    }

    /// `3 Feb 2026`.
    static func date(_ day: Day) -> String {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let civil = day.civil
        return "\(civil.day) \(months[civil.month - 1]) \(civil.year)"
    }

    /// `19,300`.
    static func grouped(_ number: Int) -> String {
        let digits = String(abs(number))
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }
}
