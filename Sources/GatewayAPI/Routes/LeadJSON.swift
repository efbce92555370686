import Customers
import VehicleSignals

// A lead as the doors show it; the names follow the retail standard's where it has any.

extension Lead {
    /// The lead without any person, as list and single call give it; the members are those of the
    /// webhook's event, with the lead's own `status` and `version`.
    ///
    /// Once the gateway took the lead away, only its names and its end are left: what it said
    /// about the vehicle rested on a permission or a choice that may be gone.
    func json(language: String) -> JSONValue {
        let names: [JSONMember] = [
            JSONMember("lead_id", .string(id)),
            JSONMember("trigger_id", .string(id)),
            JSONMember("trigger_code", .string(triggerCode)),
            JSONMember("trigger_version", .integer(Int64(triggerVersion))),
            JSONMember("status", .string(status.rawValue)),
            JSONMember("version", .integer(Int64(version))),
            JSONMember("tier", .string("T\(tier)")),
            JSONMember("severity_type", .string((Tier(rawValue: tier) ?? .t4).severityType)),
            JSONMember("cycle_no", .integer(Int64(cycle))),
            JSONMember("dealer_key", .string(dealer)),
            JSONMember("vehicle_ref", .string(vehicleReference)),
            JSONMember("created_date_time", .string(createdAt.rfc3339)),
            JSONMember("updated_date_time", .string(updatedAt.rfc3339)),
            JSONMember("expires", .optional(expires?.rfc3339)),
            JSONMember("correlation_id", .string(correlationID)),
            JSONMember("links", links),
        ]
        return .object(isTakenAway ? names : names + contents(language))
    }

    /// Whether the gateway ended it, other than by the dealer's own report.
    private var isTakenAway: Bool {
        switch status {
        case .withdrawn, .expired, .reassigned: true
        default: false
        }
    }

    private func contents(_ language: String) -> [JSONMember] {
        [
            JSONMember("brand", .string(brand)),
            JSONMember("model", .string(model)),
            JSONMember("model_year", .optional(modelYear.map { Int64($0) })),
            JSONMember("powertrain", .string(powertrain)),
            JSONMember("odometer", odometer),
            JSONMember("due", due),
            JSONMember("reason_text", .object([JSONMember(language, .string(reason))])),
            JSONMember("suggested_action", ["code": .string(suggestedAction)]),
            JSONMember(
                "sla",
                [
                    "ack_by": .optional(acknowledgeBy?.rfc3339),
                    "contact_by": .optional(contactBy?.rfc3339),
                ]),
        ]
    }

    private var odometer: JSONValue {
        // Not known is null: it must never read as 0.
        guard let odometerKilometres else { return .null }
        return [
            "value": .integer(odometerKilometres), "uom": "KM",
            "observed_date_time": .optional(odometerTime?.rfc3339),
        ]
    }

    private var due: JSONValue {
        [
            "p10": .optional(dueEarly?.text), "p50": .optional(dueExpected?.text),
            "p90": .optional(dueLate?.text), "basis": .string(dueBasis),
            "confidence": .string(confidence),
        ]
    }

    private var links: JSONValue {
        let own = "/v1/dealers/\(percentEncoded(dealer))/leads/\(percentEncoded(id))"
        return [
            "self": .string(own), "contact": .string(own + "/contact"),
            "status": .string(own + "/status"),
        ]
    }

    /// Where the lead stands, as receipts and conflicts show it.
    var standing: JSONValue {
        [
            "lead_id": .string(id), "status": .string(status.rawValue),
            "version": .integer(Int64(version)),
            "updated_date_time": .string(updatedAt.rfc3339),
        ]
    }
}

extension LeadContact {
    var json: JSONValue {
        [
            "name": .string(name),
            "language": .string(language),
            "channels": .object(
                channels.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }),
            "best_time": .optional(bestTime),
            "advisor": .optional(advisor),
            "vin": .optional(vin),
            "plate": .optional(plate),
        ]
    }
}

/// `text` as one segment of a path.
func percentEncoded(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
        default: out += [0x25] + Array(String(byte, radix: 16, uppercase: true).leftPadded.utf8)
        }
    }
    return String(decoding: out, as: UTF8.self)
}

extension String {
    fileprivate var leftPadded: String { count < 2 ? "0" + self : self }
}
