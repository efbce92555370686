import Customers
import VehicleSignals

/// The gateway's state as metrics. Labels are words of the house and configured names only: never
/// a vehicle, a dealer or a person, whose number would also grow without bound.
func metricsText(_ snapshot: GatewaySnapshot, _ counters: RequestCounters) -> [UInt8] {
    var text = PrometheusText()
    writeMessages(snapshot, into: &text)
    writeReasons(snapshot, into: &text)
    writeState(snapshot, into: &text)
    writeRequests(counters, into: &text)
    return text.bytes
}

private func writeMessages(_ snapshot: GatewaySnapshot, into text: inout PrometheusText) {
    let messages = snapshot.messages
    text.family(
        "turnpike_messages_received_total", .counter, "Messages that were journaled or gated.")
    text.sample("turnpike_messages_received_total", Double(messages.received))
    text.family("turnpike_messages_total", .counter, "Messages by what became of them.")
    for (outcome, count) in [
        ("applied", messages.applied), ("duplicate", messages.duplicate),
        ("gated", messages.gated), ("unlinked", messages.unlinked),
        ("quarantined", messages.quarantined),
    ] {
        text.sample("turnpike_messages_total", ["outcome": outcome], Double(count))
    }
    text.family("turnpike_messages_under_way", .gauge, "Messages received and not yet settled.")
    text.sample("turnpike_messages_under_way", Double(messages.underWay))
    text.family("turnpike_journal_bytes", .gauge, "Size of the ingest journal on disk.")
    text.sample("turnpike_journal_bytes", Double(snapshot.journalBytes))
    text.family("turnpike_journal_position", .gauge, "Number of the newest batch in the journal.")
    text.sample("turnpike_journal_position", Double(snapshot.journalPosition.number))
    text.family(
        "turnpike_applied_position", .gauge, "Number of the batch up to which firings are stored.")
    text.sample("turnpike_applied_position", Double(snapshot.appliedPosition.number))
}

private func writeReasons(_ snapshot: GatewaySnapshot, into text: inout PrometheusText) {
    text.family(
        "turnpike_messages_quarantined_total", .counter,
        "Messages that were not believed, by source (empty: none takes the topic) and reason.")
    for refusals in snapshot.refusals {
        text.sample(
            "turnpike_messages_quarantined_total",
            ["source": refusals.source, "reason": refusals.reason], Double(refusals.count))
    }
    text.family("turnpike_readings_total", .counter, "Readings that messages brought.")
    text.sample("turnpike_readings_total", Double(snapshot.readings.decoded))
    text.family(
        "turnpike_readings_dropped_total", .counter,
        "Values that became no reading, and readings that were not let in, by reason.")
    for dropped in snapshot.readings.dropped {
        text.sample(
            "turnpike_readings_dropped_total", ["reason": dropped.reason], Double(dropped.count))
    }
}

private func writeState(_ snapshot: GatewaySnapshot, into text: inout PrometheusText) {
    text.family("turnpike_info", .gauge, "Version of the gateway; always 1.")
    text.sample("turnpike_info", ["version": snapshot.version], 1)
    text.family("turnpike_ready", .gauge, "1 if the gateway can do its work, else 0.")
    text.sample("turnpike_ready", snapshot.notReady.isEmpty ? 1 : 0)
    text.family("turnpike_start_time_seconds", .gauge, "When the gateway started, Unix time.")
    text.sample("turnpike_start_time_seconds", Double(snapshot.startedAt.milliseconds) / 1000)
    text.family("turnpike_broker_connected", .gauge, "1 if the connection to a broker stands.")
    for connection in snapshot.connections {
        text.sample(
            "turnpike_broker_connected", ["connection": connection.name],
            connection.state == "connected" ? 1 : 0)
    }
    text.family("turnpike_vehicles", .gauge, "Registered vehicles, heard lately or silent.")
    text.sample("turnpike_vehicles", ["state": "heard"], Double(snapshot.vehiclesHeard))
    text.sample("turnpike_vehicles", ["state": "silent"], Double(snapshot.vehiclesSilent))
    text.family("turnpike_unlinked_names", .gauge, "Names that no vehicle is linked to.")
    text.sample("turnpike_unlinked_names", Double(snapshot.unlinkedNames))
    text.family("turnpike_quarantine_held", .gauge, "Payloads held in quarantine.")
    text.sample("turnpike_quarantine_held", Double(snapshot.quarantineHeld))
    text.family(
        "turnpike_mapping_reloads_total", .counter, "Mappings read anew since the start.")
    for (outcome, count) in [
        ("taken", snapshot.reloads.taken), ("refused", snapshot.reloads.refused),
    ] {
        text.sample("turnpike_mapping_reloads_total", ["outcome": outcome], Double(count))
    }
    text.family(
        "turnpike_reported_names_total", .counter,
        "Names that a vehicle's own VIN linked since the start, and those refused.")
    for (outcome, count) in [
        ("linked", snapshot.reportedNames.linked), ("refused", snapshot.reportedNames.refused),
    ] {
        text.sample("turnpike_reported_names_total", ["outcome": outcome], Double(count))
    }
    text.family(
        "turnpike_rebirth_requests_total", .counter,
        "Requests for births to Sparkplug edge nodes since the start.")
    for (outcome, count) in [
        ("sent", snapshot.rebirthRequests.sent), ("unsent", snapshot.rebirthRequests.unsent),
    ] {
        text.sample("turnpike_rebirth_requests_total", ["outcome": outcome], Double(count))
    }
    text.family(
        "turnpike_sessions_evicted_total", .counter,
        "Senders of which what was remembered had to go, since there are too many.")
    text.sample("turnpike_sessions_evicted_total", Double(snapshot.sessionsEvicted))
    text.family("turnpike_leads", .gauge, "Leads by status.")
    for status in LeadStatus.allCases {
        text.sample(
            "turnpike_leads", ["status": status.rawValue], Double(snapshot.leads[status] ?? 0))
    }
    text.family("turnpike_outbox", .gauge, "Deliveries by state.")
    for (state, count) in snapshot.outbox.sorted(by: { $0.key < $1.key }) {
        text.sample("turnpike_outbox", ["state": state], Double(count))
    }
}

private func writeRequests(_ counters: RequestCounters, into text: inout PrometheusText) {
    let all = counters.all
    text.family("turnpike_http_requests_total", .counter, "Requests by operation and status.")
    for (name, count) in all {
        text.sample(
            "turnpike_http_requests_total",
            ["operation": name.operation, "status": String(name.status)], Double(count.requests))
    }
    text.family("turnpike_http_request_seconds_total", .counter, "Time spent on answers.")
    for (name, count) in all {
        text.sample(
            "turnpike_http_request_seconds_total",
            ["operation": name.operation, "status": String(name.status)],
            Double(count.milliseconds) / 1000)
    }
}
