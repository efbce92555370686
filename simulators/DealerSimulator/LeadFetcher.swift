/// The other way to get leads, for a dealer whose system cannot be called: asks for what changed.
struct LeadFetcher: Sendable {
    let client: GatewayClient
    let desk: ServiceDesk
    let journal: EventJournal?
    let log: EventLog
    let interval: Duration

    /// Fetches until cancelled; the cursor begins at the beginning with each start.
    func run() async throws {
        var cursor = ""
        var journaled = Set(journal?.known ?? [])
        while true {
            let page = await client.leads(after: cursor)
            for lead in page?.leads ?? [] {
                let id = "\(lead.leadID)-\(lead.version)"
                if journaled.insert(id).inserted {
                    let line = LogLine(
                        "fetched", id: id, lead: lead.leadID, trigger: lead.code,
                        status: lead.status)
                    try journal?.append(line)
                    log.write(line)
                }
                switch lead.status {
                case "NEW", "DELIVERED": desk.begin(lead.leadID)
                case "WITHDRAWN", "EXPIRED", "REASSIGNED", "DUPLICATE": desk.end(lead.leadID)
                default: break
                }
            }
            if let page { cursor = page.next }
            if page?.hasMore != true { try await Task.sleep(for: interval) }
        }
    }
}
