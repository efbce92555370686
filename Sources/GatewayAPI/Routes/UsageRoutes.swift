import Customers
import HTTPTypes
import UsageAggregates
import VehicleSignals

/// What the manufacturer's analyst may ask about usage: published cells of the fixed grid.
struct UsageRoutes: Sendable {
    let desk: UsageDesk

    var routes: [Route] {
        [
            Route(
                operation: "readUsage", method: .get, path: "/v1/usage",
                summary: "Usage of the fleet, in cohorts",
                words: """
                    Cells with fewer than 10 vehicles or 5 holders are left out everywhere, totals \
                    included; values carry a small noise, the same for the same vehicles. \
                    The arithmetic is in docs/api.md.
                    """,
                access: .roles(.manufacturer, .auditor),
                parameters: [
                    .query(
                        "metric", "What to count.", required: true,
                        Schema.choice(UsageMetric.allCases.map(\.rawValue), "")),
                    .query(
                        "by", "Sides of the grid, separated by commas; none for one total.",
                        Schema.text("Any of model, powertrain, month.")),
                    .query("from", "First month, YYYY-MM.", Schema.text("", longest: 7)),
                    .query(
                        "to", "Last month, YYYY-MM; at most \(GatewayLimit.usageMonths) months.",
                        Schema.text("", longest: 7)),
                    .query("format", "Instead of Accept.", Schema.choice(["json", "csv"], "")),
                ],
                answers: [
                    RouteAnswer(
                        status: 200, words: "The published cells.",
                        contents: [("application/json", "Usage"), ("text/csv", nil)])
                ],
                problems: [.notAcceptable], dataClasses: [.aggregates], purpose: .analytics
            ) { try await answer($0) }
        ]
    }

    private func answer(_ call: Call) async throws -> Reply {
        guard let metric = UsageMetric(rawValue: try call.required("metric")) else {
            let words = UsageMetric.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badParameter, "metric must be one of \(words).")
        }
        let dimensions = try Self.dimensions(call.values["by"] ?? "")
        let wantsCSV = try Self.wantsCSV(call)
        let known = try await desk.months()
        let range = try Self.range(call, known)
        var rows: [UsageRow] = []
        if let range, let known {
            // Months outside the known ones hold nothing; asking would cost a question each.
            let asked = max(range.lowerBound, known.lowerBound)
            let last = min(range.upperBound, known.upperBound)
            if asked <= last {
                rows = try await desk.rows(metric, by: dimensions, in: asked...last, now: call.now)
            }
        }
        let sides = UsageDimension.allCases.filter { dimensions.contains($0) }
        return wantsCSV
            ? Self.csv(metric, sides, rows) : Self.json(metric, sides, range, rows)
    }

    private static func dimensions(_ text: String) throws -> Set<UsageDimension> {
        var dimensions: Set<UsageDimension> = []
        for word in text.split(separator: ",") {
            guard let dimension = UsageDimension(rawValue: String(word)) else {
                throw Problem(
                    .badParameter, "by may hold model, powertrain and month, nothing else.")
            }
            dimensions.insert(dimension)
        }
        return dimensions
    }

    private static func range(
        _ call: Call, _ known: ClosedRange<UsageMonth>?
    ) throws -> ClosedRange<UsageMonth>? {
        func month(_ name: String) throws -> UsageMonth? {
            guard let text = call.values[name] else { return nil }
            guard let month = UsageMonth(text: text) else {
                throw Problem(.badParameter, "\(name) must be a month like 2026-03.")
            }
            return month
        }
        let from = try month("from")
        let to = try month("to")
        guard let last = to ?? known?.upperBound ?? from else { return nil }
        let first = from ?? last.advanced(by: -11)
        guard first <= last, first.distance(to: last) < GatewayLimit.usageMonths else {
            throw Problem(
                .badParameter,
                "from must not lie after to; at most \(GatewayLimit.usageMonths) months "
                    + "are answered."
            )
        }
        return first...last
    }

    private static func wantsCSV(_ call: Call) throws -> Bool {
        if let format = call.values["format"] {
            guard format == "csv" || format == "json" else {
                throw Problem(.badParameter, "format must be json or csv.")
            }
            return format == "csv"
        }
        let accepted = call.headers[values: .accept].flatMap { $0.split(separator: ",") }.map {
            $0.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        }
        if accepted.isEmpty { return false }
        for type in accepted {
            if ["application/json", "application/*", "*/*"].contains(type) { return false }
            if type == "text/csv" || type == "text/*" { return true }
        }
        throw Problem(.notAcceptable, "Usage comes as application/json or text/csv.")
    }

    private static func json(
        _ metric: UsageMetric, _ sides: [UsageDimension], _ range: ClosedRange<UsageMonth>?,
        _ rows: [UsageRow]
    ) -> Reply {
        let limits = UsageLimits.standard
        return Reply([
            "metric": .string(metric.rawValue),
            "unit": .string(metric.unit),
            "by": .texts(sides.map(\.rawValue)),
            "from": .optional(range?.lowerBound.text),
            "to": .optional(range?.upperBound.text),
            "cells": .array(
                rows.map { row in
                    .object(
                        sides.map { JSONMember($0.rawValue, .string(row.text(of: $0))) }
                            + [JSONMember("value", .integer(row.value))])
                }),
            "rules": [
                "minimum_vehicles": .integer(Int64(limits.minimumVehicles)),
                "minimum_holders": .integer(Int64(limits.minimumHolders)),
                "dominance_percent": .integer(limits.dominancePercent),
                "count_base": .integer(Int64(limits.countBase)),
                "significant_digits": .integer(Int64(limits.significantDigits)),
            ],
        ])
    }

    private static func csv(
        _ metric: UsageMetric, _ sides: [UsageDimension], _ rows: [UsageRow]
    ) -> Reply {
        let heading = metric == .distance ? "distance_km" : metric.rawValue
        var lines = [(sides.map(\.rawValue) + [heading]).joined(separator: ",")]
        for row in rows {
            let cells = sides.map { csvField(row.text(of: $0)) } + [String(row.value)]
            lines.append(cells.joined(separator: ","))
        }
        let text = lines.map { $0 + "\r\n" }.joined()
        var reply = Reply(
            contentType: "text/csv; charset=utf-8; header=present", body: Array(text.utf8))
        reply.fields[.contentDisposition] = "attachment; filename=\"usage-\(metric.rawValue).csv\""
        return reply
    }
}

extension UsageRow {
    /// The name of the row's place on one side; empty on a side that was not asked for.
    fileprivate func text(of side: UsageDimension) -> String {
        switch side {
        case .model: key.model ?? ""
        case .powertrain: key.powertrain ?? ""
        case .month: key.month?.text ?? ""
        }
    }
}

/// `text` as a field of RFC 4180. A text that a spreadsheet would take for a formula gets an
/// apostrophe in front.
package func csvField(_ text: String) -> String {
    var text = text
    if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
    guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
    let doubled = text.split(separator: "\"", omittingEmptySubsequences: false).joined(
        separator: "\"\"")
    return "\"" + doubled + "\""
}
