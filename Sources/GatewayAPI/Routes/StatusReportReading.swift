import Customers
import VehicleSignals

/// A member of a body that is wrong, and why.
struct BadMember: Sendable, Equatable {
    let name: String
    let message: String
}

/// Reads the body of a status report, and collects everything that is wrong with it rather than
/// stopping at the first fault.
struct StatusReportReader {
    private let document: JSONValue
    private let now: Timestamp
    private var faults: [BadMember] = []

    private static let names = [
        "status", "at", "by", "reason", "text", "appointment_id", "repair_order_id", "version",
    ]

    /// - Throws: a `Problem` with the position of the fault, or with all wrong members.
    static func read(
        _ body: [UInt8], idempotencyKey: String, party: String, now: Timestamp
    ) throws -> LeadStatusReport {
        let document: JSONValue
        do {
            document = try JSONValue(reading: body)
        } catch {
            throw Problem(
                .badJSON, "At byte \(error.offset): \(error.message).",
                members: [
                    JSONMember(
                        "position",
                        [
                            "offset": .integer(Int64(error.offset)),
                            "line": .integer(Int64(error.line)),
                            "column": .integer(Int64(error.column)),
                        ])
                ])
        }
        var reader = StatusReportReader(document: document, now: now)
        let report = reader.report(idempotencyKey: idempotencyKey, party: party)
        guard let report, reader.faults.isEmpty else {
            throw Problem(
                .badValue,
                reader.faults.map { "\($0.name): \($0.message)" }.joined(separator: "; "),
                members: [
                    JSONMember(
                        "errors",
                        .array(
                            reader.faults.map {
                                ["member": .string($0.name), "message": .string($0.message)]
                            }))
                ])
        }
        return report
    }

    private init(document: JSONValue, now: Timestamp) {
        self.document = document
        self.now = now
    }

    private mutating func report(idempotencyKey: String, party: String) -> LeadStatusReport? {
        guard let members = document.members else {
            fault("", "The body must be an object.")
            return nil
        }
        for member in members where !Self.names.contains(member.name) {
            fault(member.name, "No such member; known are \(Self.names.joined(separator: ", ")).")
        }
        let status = status()
        let reason = reason(for: status)
        let report = status.map { status in
            LeadStatusReport(
                status: status, at: time(), by: text("by", longest: 120) ?? party, reason: reason,
                text: freeText(for: reason), appointmentID: text("appointment_id", longest: 64),
                repairOrderID: text("repair_order_id", longest: 64),
                idempotencyKey: idempotencyKey, expectedVersion: version())
        }
        return report
    }

    private mutating func fault(_ name: String, _ message: String) {
        faults.append(BadMember(name: name, message: message))
    }

    private func given(_ name: String) -> JSONValue? {
        let value = document[name]
        return value == .null ? nil : value
    }

    private mutating func status() -> LeadStatus? {
        let words = LeadStatus.allCases.filter(\.isReportedByDealer).map(\.rawValue)
        guard let status = given("status")?.string.flatMap({ LeadStatus(rawValue: $0) }),
            status.isReportedByDealer
        else {
            fault("status", "Must be one of \(words.joined(separator: ", ")).")
            return nil
        }
        return status
    }

    private mutating func time() -> Timestamp {
        guard let value = given("at") else { return now }
        guard let time = value.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            fault("at", "Must be a time like 2026-02-03T07:11:00.000Z.")
            return now
        }
        if time.since(now) > .seconds(GatewayLimit.futureSeconds) {
            fault("at", "Lies in the future; look at the clock.")
        }
        return time
    }

    private mutating func text(_ name: String, longest: Int) -> String? {
        guard let value = given(name) else { return nil }
        guard let text = value.string, !text.isEmpty, text.count <= longest,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            fault(name, "Must be a text of 1 to \(longest) characters on one line.")
            return nil
        }
        return text
    }

    private mutating func reason(for status: LeadStatus?) -> LossReason? {
        let words = LossReason.allCases.map(\.rawValue).joined(separator: ", ")
        guard let value = given("reason") else {
            if status == .lost { fault("reason", "LOST needs a reason: one of \(words).") }
            return nil
        }
        guard let reason = value.string.flatMap({ LossReason(rawValue: $0) }) else {
            fault("reason", "Must be one of \(words).")
            return nil
        }
        return reason
    }

    private mutating func freeText(for reason: LossReason?) -> String? {
        guard let value = given("text") else {
            if reason == .other { fault("text", "The reason OTHER needs a text.") }
            return nil
        }
        guard let text = value.string, !text.isEmpty, text.count <= 500 else {
            fault("text", "Must be a text of 1 to 500 characters.")
            return nil
        }
        if looksPersonal(text) {
            fault("text", "Looks like an address, a telephone number or a VIN; leave it out.")
        }
        return text
    }

    private mutating func version() -> Int? {
        guard let value = given("version") else { return nil }
        guard let number = value.integer, number >= 0, let version = Int(exactly: number) else {
            fault("version", "Must be a whole number, the version that you have seen.")
            return nil
        }
        return version
    }
}

/// Whether a free text holds what should not be there: an `@`, seven digits in a row (spaces,
/// dashes, slashes, dots and brackets between them don't count), or 17 letters and digits in a row
/// as a VIN has. A coarse net: it reminds whoever types, it does not prove anything.
func looksPersonal(_ text: String) -> Bool {
    var digits = 0
    var word = 0
    var wordDigits = 0
    for byte in text.utf8 {
        let isDigit = (0x30...0x39).contains(byte)
        let isLetter = (0x41...0x5A).contains(byte & 0xDF)
        switch byte {
        case 0x40: return true
        case 0x20, 0x2D, 0x2F, 0x2E, 0x28, 0x29: break
        default: digits = isDigit ? digits + 1 : 0
        }
        if digits >= 7 { return true }
        word = isDigit || isLetter ? word + 1 : 0
        wordDigits = word == 0 ? 0 : wordDigits + (isDigit ? 1 : 0)
        if word >= 17, wordDigits >= 3 { return true }
    }
    return false
}
