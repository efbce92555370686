import Foundation

/// What the simulator reads of an event; everything else in it is ignored, as a receiver should.
struct LeadNews: Sendable, Decodable {
    struct Content: Sendable, Decodable {
        let leadID: String
        let code: String
        let status: String

        enum CodingKeys: String, CodingKey {
            case leadID = "trigger_id"
            case code = "trigger_code"
            case status
        }
    }

    let id: String
    let type: String
    let specversion: String
    let data: Content
    /// Ascending over the changes of a dealer's leads.
    let sequence: String?

    /// Whether the lead is over with it.
    var isClosing: Bool { data.status != "OPEN" }
}

/// One lead of the pull interface.
struct PulledLead: Sendable, Decodable {
    let leadID: String
    let code: String
    let status: String
    let version: Int

    enum CodingKeys: String, CodingKey {
        case leadID = "lead_id"
        case code = "trigger_code"
        case status
        case version
    }
}

/// A page of the pull interface.
struct LeadPage: Sendable, Decodable {
    let leads: [PulledLead]
    let next: String
    let hasMore: Bool

    enum CodingKeys: String, CodingKey {
        case leads
        case next
        case hasMore = "has_more"
    }
}
