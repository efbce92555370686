public import Customers
public import VehicleSignals

/// What happened to a lead that its dealer is to know.
public enum LeadEventType: String, Sendable, CaseIterable {
    case opened
    case escalated
    case updated
    case resolved
    case withdrawn
    case expired

    /// An event that ends a lead carries nothing but its identity: the permission under which more
    /// was told may be gone.
    public var isClosing: Bool {
        switch self {
        case .opened, .escalated, .updated: false
        case .resolved, .withdrawn, .expired: true
        }
    }

    /// The trigger's status after it.
    var triggerStatus: String {
        switch self {
        case .opened, .escalated, .updated: "OPEN"
        case .resolved: "RESOLVED"
        case .withdrawn: "WITHDRAWN"
        case .expired: "EXPIRED"
        }
    }
}

/// One finding behind a lead, such as a worn part.
public struct LeadEventItem: Sendable, Hashable {
    /// UPPER_SNAKE.
    public var code: String
    public var observed: Timestamp?
    /// Values by snake_case name with the unit last: `wear_pct`, `rest_voltage_v`.
    public var measures: [String: Double]

    public init(code: String, observed: Timestamp? = nil, measures: [String: Double] = [:]) {
        self.code = code
        self.observed = observed
        self.measures = measures
    }
}

/// Why no event could be made of a lead.
public enum LeadEventError: Error, Hashable, Sendable {
    /// The id is empty, longer than 64 bytes, or has a character outside `A–Z a–z 0–9 _ -`.
    case idInvalid(String)
    /// The event would be larger than ``LeadEventBuilder/bytesMax``.
    case tooLarge(bytes: Int)
}

/// Makes the thin CloudEvent 1.0 of a lead: its need and its vehicle's reference, never a VIN, a
/// plate or a person. Who needs the customer asks for the contact, under a permission asked then.
public struct LeadEventBuilder: Sendable {
    /// The CloudEvent's `source`: an absolute URI that names this gateway.
    public var source: String
    /// Reverse DNS prefix of the type names.
    public var typePrefix: String
    /// Language of the leads' plain words (BCP 47).
    public var reasonLanguage: String
    /// STAR's alert type for each trigger code; others are `SERVICE_RECOMMENDATION`.
    public var alertTypes: [String: String]

    /// Standard Webhooks asks to stay below 20 kB.
    public static let bytesMax = 20_000

    /// STAR's names for the codes of the service catalogue.
    public static let standardAlertTypes = [
        "SV-01": "SERVICE_DUE", "SV-02": "SERVICE_DUE", "SV-03": "FLUID", "SV-04": "FLUID",
        "SV-06": "FLUID", "SV-08": "FLUID", "SV-09": "FLUID", "SV-10": "TIRE", "SV-11": "TIRE",
        "SV-12": "BATTERY_HEALTH", "SV-13": "BATTERY_HEALTH", "SV-14": "BATTERY_HEALTH",
        "SV-18": "FLUID", "SV-20": "RECALL", "SV-21": "RECALL", "SV-22": "WARRANTY",
    ]

    public init(
        source: String, typePrefix: String = "eu.turnpike", reasonLanguage: String = "en",
        alertTypes: [String: String] = Self.standardAlertTypes
    ) {
        self.source = source
        self.typePrefix = typePrefix
        self.reasonLanguage = reasonLanguage
        self.alertTypes = alertTypes
    }

    /// The event as its JSON bytes: the same bytes for the same arguments.
    ///
    /// - Parameters:
    ///   - id: Id of the event, also its `webhook-id`; 1–64 letters, digits, `_` or `-`.
    ///   - time: When it happened.
    ///   - items: The findings behind it, left out of a closing event.
    ///   - endedReason: Why it ended, in a closing event; a word of a closed list.
    ///   - legalBasis: A word for the basis under which it is shared, such as `consent`.
    public func event(
        id: String, kind: LeadEventType, lead: Lead, at time: Timestamp,
        items: [LeadEventItem] = [], legalBasis: String? = nil, endedReason: String? = nil
    ) throws(LeadEventError) -> [UInt8] {
        guard Self.isEventID(id) else { throw .idInvalid(id) }
        let event = JSONValue.object([
            ("specversion", .string("1.0")),
            ("id", .string(id)),
            ("source", .string(source)),
            ("type", .string(type(of: kind, code: lead.triggerCode))),
            ("subject", .string(lead.vehicleReference)),
            ("time", .string(time.rfc3339)),
            ("datacontenttype", .string("application/json")),
            ("dataclassification", .string("confidential")),
            ("dataregulation", .string("GDPR")),
            ("datacategory", .string(kind.isClosing ? "D10" : "D1,D2,D10")),
            ("legalbasis", .text(legalBasis)),
            ("partitionkey", .string(lead.vehicleReference)),
            ("sequence", .string(Self.sequenceText(lead.sequence))),
            ("expirytime", .text(lead.expires?.rfc3339)),
            ("tier", .string(Self.tier(lead).code)),
            ("cycleno", .integer(Int64(lead.cycle))),
            ("data", data(kind, lead, items, endedReason)),
        ])
        let bytes = event.bytes
        guard bytes.count < Self.bytesMax else { throw .tooLarge(bytes: bytes.count) }
        return bytes
    }

    /// `eu.turnpike.service.trigger.opened.v1`; loyalty's codes have a family of their own.
    public func type(of kind: LeadEventType, code: String) -> String {
        let family = code.hasPrefix("LO-") ? "loyalty" : "service"
        return "\(typePrefix).\(family).trigger.\(kind.rawValue).v1"
    }

    /// Whether a text may be an event's id, and so a `webhook-id`.
    public static func isEventID(_ text: String) -> Bool {
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private func data(
        _ kind: LeadEventType, _ lead: Lead, _ items: [LeadEventItem], _ endedReason: String?
    ) -> JSONValue {
        let open = !kind.isClosing
        let tier = Self.tier(lead)
        return .object([
            ("lead_id", .string(lead.id)),
            ("trigger_id", .string(lead.id)),
            ("trigger_code", .string(lead.triggerCode)),
            ("trigger_version", .integer(Int64(lead.triggerVersion))),
            ("status", .string(kind.triggerStatus)),
            ("lead_status", .string(lead.status.rawValue)),
            ("ended_reason", open ? nil : .text(endedReason)),
            ("lead_version", .integer(Int64(lead.version))),
            ("tier", .string(tier.code)),
            ("severity_type", .string(tier.severityType)),
            ("alert_type", .string(alertTypes[lead.triggerCode] ?? "SERVICE_RECOMMENDATION")),
            ("cycle_no", .integer(Int64(lead.cycle))),
            ("vehicle_ref", .string(lead.vehicleReference)),
            ("brand", open ? .string(lead.brand) : nil),
            ("model", open ? .string(lead.model) : nil),
            ("model_year", open ? lead.modelYear.map { .integer(Int64($0)) } : nil),
            ("powertrain", open ? .string(lead.powertrain) : nil),
            ("dealer_key", .string(lead.dealer)),
            ("lead_party", .string("DEALER")),
            ("items", open ? .array(items.map(Self.item)) : nil),
            ("odometer", open ? Self.odometer(lead) : nil),
            ("due", open ? Self.due(lead) : nil),
            (
                "suggested_action",
                open ? .object([("code", .string(lead.suggestedAction))]) : nil
            ),
            ("reason_text", open ? .object([(reasonLanguage, .string(lead.reason))]) : nil),
            ("sla", open ? Self.serviceLevel(lead) : nil),
            ("correlation_id", .string(lead.correlationID)),
            ("expires", .text(lead.expires?.rfc3339)),
            ("links", Self.links(lead, open: open)),
        ])
    }

    private static func item(_ item: LeadEventItem) -> JSONValue {
        let measures = item.measures.sorted { $0.key < $1.key }
            .map { (name: $0.key, value: JSONValue?.some(.number($0.value))) }
        return .object(
            [("code", .string(item.code))] + measures
                + [("observed_date_time", .text(item.observed?.rfc3339))])
    }

    private static func odometer(_ lead: Lead) -> JSONValue? {
        // A mileage that is not known is left out: it must never read as 0.
        lead.odometerKilometres.map {
            .object([
                ("value", .integer($0)), ("uom", .string("KM")),
                ("observed_date_time", .text(lead.odometerTime?.rfc3339)),
            ])
        }
    }

    private static func due(_ lead: Lead) -> JSONValue {
        .object([
            ("p10", .text(lead.dueEarly?.text)), ("p50", .text(lead.dueExpected?.text)),
            ("p90", .text(lead.dueLate?.text)), ("basis", .string(lead.dueBasis)),
            ("confidence", .string(lead.confidence)),
        ])
    }

    private static func serviceLevel(_ lead: Lead) -> JSONValue? {
        guard lead.acknowledgeBy != nil || lead.contactBy != nil else { return nil }
        return .object([
            ("ack_by", .text(lead.acknowledgeBy?.rfc3339)),
            ("contact_by", .text(lead.contactBy?.rfc3339)),
        ])
    }

    private static func links(_ lead: Lead, open: Bool) -> JSONValue {
        let base = "/v1/dealers/\(pathSegment(lead.dealer))/leads/\(pathSegment(lead.id))"
        return .object([
            ("self", .string(base)), ("contact", open ? .string(base + "/contact") : nil),
            ("status", .string(base + "/status")),
        ])
    }

    private static func tier(_ lead: Lead) -> Tier { Tier(rawValue: lead.tier) ?? .t4 }

    /// Zero-padded, so that it sorts as text.
    private static func sequenceText(_ number: Int64) -> String {
        let digits = String(max(number, 0))
        return String(repeating: "0", count: max(0, 19 - digits.count)) + digits
    }

    /// Percent-encodes everything that RFC 3986 does not call unreserved.
    private static func pathSegment(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }
}
