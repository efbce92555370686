import Customers
import UsageAggregates

/// The schemas that the routes name.
var componentSchemas: [JSONMember] {
    [
        JSONMember("Problem", problemSchema),
        JSONMember("Lead", leadSchema),
        JSONMember("LeadStanding", standingSchema),
        JSONMember("LeadPage", pageSchema("leads", of: "Lead")),
        JSONMember("Contact", contactSchema),
        JSONMember("StatusReport", statusReportSchema),
        JSONMember("StatusReceipt", receiptSchema),
        JSONMember("Usage", usageSchema),
        JSONMember("Status", statusSchema),
        JSONMember(
            "Health", Schema.object("Health.", ["status": Schema.choice(["live", "ready"], "")])),
        JSONMember(
            "Caller",
            Schema.object(
                "Whom a key speaks for.",
                [
                    "party": Schema.text("The party."),
                    "role": Schema.choice(Role.allCases.map(\.rawValue), "The role."),
                    "key_id": Schema.text("The key's public name."),
                ])),
        JSONMember(
            "ReplayReceipt",
            Schema.object(
                "What was queued.",
                [
                    "event": Schema.text("The event's id."),
                    "deliveries": Schema.integer("Deliveries queued.", least: 0),
                ])),
        JSONMember("Disclosure", disclosureSchema),
        JSONMember("DisclosurePage", pageSchema("disclosures", of: "Disclosure")),
        JSONMember("LeadEvent", leadEventSchema),
    ]
}

private func pageSchema(_ name: String, of schema: String) -> JSONValue {
    [
        "type": "object", "description": "A page.",
        "properties": .object([
            JSONMember(name, Schema.list(of: Schema.named(schema), "In ascending order.")),
            JSONMember("next", Schema.text("Send it as after to go on.", longest: 14)),
            JSONMember("has_more", Schema.flag("Whether the next page has something already.")),
        ]),
        "required": .texts([name, "next", "has_more"]),
        "additionalProperties": false,
    ]
}

private var problemSchema: JSONValue {
    [
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "properties": [
            "type": Schema.text("A name of the kind of problem."),
            "title": Schema.text("The kind in words."),
            "status": Schema.integer("The status of the answer.", least: 400),
            "code": Schema.choice(ProblemCode.allCases.map(\.rawValue), "The kind, for programs."),
            "detail": Schema.text("What is wrong this time."),
            "remedy": Schema.text("What you can do."),
            "instance": Schema.text("The request; tell it to the operator."),
            "current": Schema.named("LeadStanding"),
            "position": Schema.object(
                "Where the body stops being JSON.",
                [
                    "offset": Schema.integer("Bytes before.", least: 0),
                    "line": Schema.integer("Line, from 1.", least: 1),
                    "column": Schema.integer("Byte in the line, from 1.", least: 1),
                ]),
            "errors": Schema.list(
                of: Schema.object(
                    "A wrong member.",
                    ["member": Schema.text("Its name."), "message": Schema.text("Why.")]),
                "Every wrong member of the body."),
            "reasons": Schema.list(of: Schema.text("A reason."), "Why the gateway is not ready."),
        ],
        "required": ["type", "title", "status", "code", "detail", "remedy", "instance"],
    ]
}

private var usageSchema: JSONValue {
    Schema.object(
        "Published cells.",
        [
            "metric": Schema.choice(UsageMetric.allCases.map(\.rawValue), "The metric."),
            "unit": Schema.choice(UsageMetric.allCases.map(\.unit), "The unit of every value."),
            "by": Schema.list(
                of: Schema.choice(UsageDimension.allCases.map(\.rawValue), ""), "The grid."),
            "from": Schema.orNull(Schema.text("First month.")),
            "to": Schema.orNull(Schema.text("Last month.")),
            "cells": Schema.list(
                of: Schema.object(
                    "A cell.", optional: ["model", "powertrain", "month"],
                    [
                        "model": Schema.text("Model.", .aggregates),
                        "powertrain": Schema.text("Powertrain.", .aggregates),
                        "month": Schema.text("YYYY-MM.", .aggregates),
                        "value": Schema.integer("In unit.", .aggregates, least: 0),
                    ]), "Only what may be published."),
            "rules": Schema.object(
                "The rules that were applied.",
                [
                    "minimum_vehicles": Schema.integer("Fewer: no cell."),
                    "minimum_holders": Schema.integer("Fewer: no cell."),
                    "dominance_percent": Schema.integer("One vehicle with more: no sum."),
                    "count_base": Schema.integer("Counts are multiples of it."),
                    "significant_digits": Schema.integer("Sums of finest cells have so many."),
                ]),
        ])
}

private var disclosureSchema: JSONValue {
    Schema.object(
        "A line of the ledger.",
        [
            "date_time": Schema.time("When it left.", .accessLog),
            "recipient": Schema.text("Who received it.", .accessLog),
            "data_classes": Schema.list(
                of: Schema.choice(DataClass.allCases.map(\.rawValue), ""), "What kinds of data."),
            "reference": Schema.text("About what.", .accessLog),
            "purpose": Schema.choice(Purpose.allCases.map(\.rawValue), "What for.", .accessLog),
            "basis": Schema.text("On which records it rested.", .accessLog),
            "door": Schema.text("By which door.", .accessLog),
        ])
}

private var statusSchema: JSONValue {
    Schema.object(
        "The gateway in counts.",
        [
            "at": Schema.time("When it was taken."),
            "started_at": Schema.time("When the gateway started."),
            "version": Schema.text("The gateway's version."),
            "ready": Schema.flag("Whether it can do its work."),
            "reasons": Schema.list(of: Schema.text("A reason."), "Why not."),
            "messages": Schema.counts("Messages by what became of them."),
            "quarantined_by": Schema.list(
                of: Schema.object(
                    "Messages of a source that were not believed, for one reason.",
                    [
                        "source": Schema.text("Its name; empty where none takes the topic."),
                        "reason": Schema.text("Why."),
                        "count": Schema.integer("How many.", least: 1),
                    ]), "Quarantined messages by source and reason."),
            "readings": Schema.counts("Readings, and values that became none by reason."),
            "rates": Schema.object(
                "Messages a second.",
                [
                    "received_per_second": Schema.number("Received."),
                    "applied_per_second": Schema.number("Applied."),
                ]),
            "vehicles": Schema.counts("Registered vehicles, and names without one."),
            "quarantine_held": Schema.integer("Payloads in quarantine.", least: 0),
            "leads": Schema.counts("Leads by status."),
            "outbox": Schema.counts("Deliveries by state."),
            "journal": Schema.counts("Size and positions of the journal."),
            "connections": Schema.list(
                of: Schema.object(
                    "A connection to a broker.",
                    [
                        "name": Schema.text("Its name."), "state": Schema.text("Its state."),
                        "detail": Schema.text("Why; may be empty."),
                        "since": Schema.time("Since when."),
                    ]), "Connections to brokers."),
        ])
}
