import Customers

var leadSchema: JSONValue {
    Schema.object(
        "A need of one vehicle at one dealer; no person. Withdrawn, expired and reassigned leads "
            + "have their names only.",
        optional: [
            "brand", "model", "model_year", "powertrain", "odometer", "due", "reason_text",
            "suggested_action", "sla",
        ],
        [
            "lead_id": Schema.text("Opaque.", .triggers),
            "trigger_id": Schema.text("The same, as events name it.", .triggers),
            "trigger_code": Schema.text("The rule, like SV-01.", .triggers),
            "trigger_version": Schema.integer("Version of the rule.", .triggers),
            "status": Schema.choice(
                LeadStatus.allCases.map(\.rawValue), "Where it stands.", .leadOutcome),
            "version": Schema.integer("Ascending with each status.", .leadOutcome, least: 0),
            "tier": Schema.choice(Tier.allCases.map(\.code), "T0 is the most severe.", .triggers),
            "severity_type": Schema.choice(
                Tier.allCases.map(\.severityType), "The tier in the retail standard's words.",
                .triggers),
            "cycle_no": Schema.integer("Which time this need came.", .triggers),
            "dealer_key": Schema.text("The dealer.", .triggers),
            "vehicle_ref": Schema.text("The vehicle, by a name that only you get.", .vehicleStatic),
            "brand": Schema.text("Brand.", .vehicleStatic),
            "model": Schema.text("Model.", .vehicleStatic),
            "model_year": Schema.orNull(Schema.integer("Model year.", .vehicleStatic)),
            "powertrain": Schema.text("Powertrain.", .vehicleStatic),
            "odometer": Schema.orNull(
                Schema.object(
                    "The last believed odometer.",
                    [
                        "value": Schema.integer("Whole kilometres.", .technicalState, least: 0),
                        "uom": Schema.choice(["KM"], "Unit."),
                        "observed_date_time": Schema.orNull(
                            Schema.time("When read.", .technicalState)),
                    ])),
            "due": Schema.object(
                "When the need falls due.",
                [
                    "p10": Schema.orNull(Schema.text("Hardly earlier than this day.", .triggers)),
                    "p50": Schema.orNull(Schema.text("As likely before as after.", .triggers)),
                    "p90": Schema.orNull(Schema.text("Hardly later than this day.", .triggers)),
                    "basis": Schema.text("VEHICLE, PLAN or ESTIMATE.", .triggers),
                    "confidence": Schema.text("HIGH or LOW.", .triggers),
                ]),
            "reason_text": [
                "type": "object", "description": "Why, in plain words, by language.",
                "x-data-class": "D10", "additionalProperties": ["type": "string"],
            ],
            "suggested_action": Schema.object(
                "What to do.", ["code": Schema.text("A code.", .triggers)]),
            "sla": Schema.object(
                "By when the dealer promised to act.",
                [
                    "ack_by": Schema.orNull(Schema.time("Acknowledge.", .triggers)),
                    "contact_by": Schema.orNull(Schema.time("Contact the customer.", .triggers)),
                ]),
            "created_date_time": Schema.time("When it was opened.", .triggers),
            "updated_date_time": Schema.time("When it last changed.", .triggers),
            "expires": Schema.orNull(Schema.time("When it lapses.", .triggers)),
            "correlation_id": Schema.text("The same over re-assignments.", .triggers),
            "links": Schema.object(
                "Where to go on.",
                [
                    "self": Schema.text("The lead."), "contact": Schema.text("The contact."),
                    "status": Schema.text("Where to report."),
                ]),
        ])
}

var contactSchema: JSONValue {
    Schema.object(
        "Whom to call about a lead.",
        [
            "name": Schema.text("Preferred name.", .identityContact),
            "language": Schema.text("Language, like nl.", .identityContact),
            "channels": [
                "type": "object", "description": "Only channels that the permission covers.",
                "x-data-class": "D6", "additionalProperties": ["type": "string"],
            ],
            "best_time": Schema.orNull(Schema.text("When to call.", .identityContact)),
            "advisor": Schema.orNull(Schema.text("The customer's advisor.", .identityContact)),
            "vin": Schema.orNull(Schema.text("VIN.", .vehicleStatic)),
            "plate": Schema.orNull(Schema.text("Plate.", .vehicleStatic)),
        ])
}

var standingSchema: JSONValue {
    Schema.object(
        "Where a lead stands.",
        [
            "lead_id": Schema.text("The lead.", .triggers),
            "status": Schema.choice(
                LeadStatus.allCases.map(\.rawValue), "Its status.", .leadOutcome),
            "version": Schema.integer("Its version.", .leadOutcome, least: 0),
            "updated_date_time": Schema.time("When it last changed.", .leadOutcome),
        ])
}

var receiptSchema: JSONValue {
    Schema.object(
        "A report was taken in.",
        [
            "lead_id": Schema.text("The lead.", .triggers),
            "status": Schema.choice(
                LeadStatus.allCases.map(\.rawValue), "Its status now.", .leadOutcome),
            "version": Schema.integer("Its version now.", .leadOutcome, least: 0),
            "updated_date_time": Schema.time("When it last changed.", .leadOutcome),
            "repeated": Schema.flag("Whether this very report had come before."),
        ])
}

var statusReportSchema: JSONValue {
    Schema.object(
        "What became of a lead.",
        optional: [
            "at", "by", "reason", "text", "appointment_id", "repair_order_id", "version",
        ],
        [
            "status": Schema.choice(
                LeadStatus.allCases.filter(\.isReportedByDealer).map(\.rawValue), "The status.",
                .leadOutcome),
            "at": Schema.orNull(Schema.time("When it happened; else now.", .leadOutcome)),
            "by": Schema.orNull(
                Schema.text("Who reports; else the dealer.", .leadOutcome, longest: 120)),
            "reason": Schema.orNull(
                Schema.choice(
                    LossReason.allCases.map(\.rawValue), "Needed with LOST.", .leadOutcome)),
            "text": Schema.orNull(
                Schema.text("Nothing personal; needed with OTHER.", .leadOutcome, longest: 500)),
            "appointment_id": Schema.orNull(Schema.text("Your own.", .leadOutcome, longest: 64)),
            "repair_order_id": Schema.orNull(Schema.text("Your own.", .leadOutcome, longest: 64)),
            "version": Schema.orNull(
                Schema.integer("The version that you have seen.", .leadOutcome, least: 0)),
        ])
}

var leadEventSchema: JSONValue {
    [
        "type": "object",
        "description": "A CloudEvent 1.0; data is a lead's trigger without a person.",
        "properties": [
            "specversion": Schema.choice(["1.0"], ""),
            "id": Schema.text("The same at each attempt."),
            "source": Schema.text("The gateway."),
            "type": Schema.text("What happened, like ….service.trigger.opened.v1."),
            "subject": Schema.text("The vehicle, by a name that only you get.", .vehicleStatic),
            "time": Schema.time("When it happened."),
            "datacontenttype": Schema.text("application/json."),
            "data": ["type": "object", "description": "The trigger.", "x-data-class": "D10"],
        ],
        "required": ["specversion", "id", "source", "type", "data"],
    ]
}
