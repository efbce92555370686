import Customers
import HTTPTypes
import VehicleSignals

/// What keeps the gateway alive: counts, metrics, and sending an event again by hand.
struct OperatorRoutes: Sendable {
    let status: any GatewayStatus
    let deliveries: (any DeliveryDesk)?
    let counters: RequestCounters

    var routes: [Route] {
        var routes = [statusRoute, metricsRoute]
        if let deliveries { routes.append(replayRoute(deliveries)) }
        return routes
    }

    private var statusRoute: Route {
        Route(
            operation: "readStatus", method: .get, path: "/v1/status",
            summary: "The gateway in counts", access: .roles(.gatewayOperator),
            answers: [.json("Status", "The newest snapshot.")]
        ) { _ in
            Reply(try await status.snapshot().json)
        }
    }

    private var metricsRoute: Route {
        Route(
            operation: "readMetrics", method: .get, path: "/metrics",
            summary: "Metrics for Prometheus",
            words: "The configuration may open it to the loopback interface without a key.",
            access: .scraper,
            answers: [
                RouteAnswer(
                    status: 200, words: "Text format 0.0.4.", contents: [("text/plain", nil)])
            ]
        ) { _ in
            let snapshot = try await status.snapshot()
            return Reply(
                contentType: PrometheusText.mediaType, body: metricsText(snapshot, counters))
        }
    }

    private func replayRoute(_ desk: any DeliveryDesk) -> Route {
        Route(
            operation: "replayEvent", method: .post, path: "/v1/deliveries/{event}/replay",
            summary: "Send an event again",
            words: """
                Queues the event's deliveries at once, whatever became of them. The permission is \
                asked again at each attempt, so nothing leaves that may not leave now.
                """,
            access: .roles(.gatewayOperator),
            answers: [.json(202, "ReplayReceipt", "Queued.")],
            problems: [.unknownEvent, .replayRefused], purpose: .dealerShare
        ) { call in
            let event = try call.required("event")
            let answer = try await desk.replay(
                event: event, by: call.requiredCaller(), now: call.now)
            switch answer {
            case .queued(let count):
                return Reply(
                    status: 202,
                    ["event": .string(event), "deliveries": .integer(Int64(count))])
            case .unknownEvent:
                throw Problem(.unknownEvent, "No event has this id.")
            case .refused(let reason):
                throw Problem(.replayRefused, reason)
            }
        }
    }
}

extension GatewaySnapshot {
    var json: JSONValue {
        [
            "at": .string(takenAt.rfc3339),
            "started_at": .string(startedAt.rfc3339),
            "version": .string(version),
            "ready": .bool(notReady.isEmpty),
            "reasons": .texts(notReady),
            "messages": [
                "received": .integer(Int64(clamping: messages.received)),
                "applied": .integer(Int64(clamping: messages.applied)),
                "duplicate": .integer(Int64(clamping: messages.duplicate)),
                "gated": .integer(Int64(clamping: messages.gated)),
                "unlinked": .integer(Int64(clamping: messages.unlinked)),
                "quarantined": .integer(Int64(clamping: messages.quarantined)),
                "under_way": .integer(Int64(clamping: messages.underWay)),
            ],
            "quarantined_by": .array(
                refusals.map {
                    [
                        "source": .string($0.source), "reason": .string($0.reason),
                        "count": .integer(Int64(clamping: $0.count)),
                    ]
                }),
            "readings": .object(
                [JSONMember("decoded", .integer(Int64(clamping: readings.decoded)))]
                    + readings.dropped.map {
                        JSONMember($0.reason, .integer(Int64(clamping: $0.count)))
                    }),
            "rates": [
                "received_per_second": .number(receivedASecond),
                "applied_per_second": .number(appliedASecond),
            ],
            "vehicles": [
                "heard": .integer(Int64(vehiclesHeard)),
                "silent": .integer(Int64(vehiclesSilent)),
                "unlinked_names": .integer(Int64(unlinkedNames)),
            ],
            "quarantine_held": .integer(Int64(quarantineHeld)),
            "leads": .object(
                LeadStatus.allCases.compactMap { status in
                    guard let count = leads[status], count > 0 else { return nil }
                    return JSONMember(status.rawValue, .integer(Int64(count)))
                }),
            "outbox": .object(
                outbox.sorted { $0.key < $1.key }.map {
                    JSONMember($0.key, .integer(Int64($0.value)))
                }),
            "journal": [
                "bytes": .integer(journalBytes),
                "position": .integer(journalPosition.number),
                "applied_position": .integer(appliedPosition.number),
            ],
            "connections": .array(
                connections.map { connection in
                    [
                        "name": .string(connection.name), "state": .string(connection.state),
                        "detail": .string(connection.detail),
                        "since": .string(connection.since.rfc3339),
                    ]
                }),
        ]
    }
}
