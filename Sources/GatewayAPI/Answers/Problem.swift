package import HTTPTypes

/// A request that is not answered as asked, as the caller sees it (RFC 9457).
package struct Problem: Error, Sendable {
    package var code: ProblemCode
    /// This occurrence, in words; never an error's own text, which may hold what is personal.
    package var detail: String
    package var fields: HTTPFields
    /// Further members of the document.
    package var members: [JSONMember]

    init(
        _ code: ProblemCode, _ detail: String, fields: HTTPFields = [:], members: [JSONMember] = []
    ) {
        self.code = code
        self.detail = detail
        self.fields = fields
        self.members = members
    }

    static let mediaType = "application/problem+json"

    /// The document.
    func reply(requestID: String) -> Reply {
        let document: JSONValue = [
            "type": .string("urn:turnpike:problem:\(code.rawValue)"),
            "title": .string(code.title),
            "status": .integer(Int64(code.status)),
            "code": .string(code.rawValue),
            "detail": .string(detail),
            "remedy": .string(code.remedy),
            "instance": .string("urn:turnpike:request:\(requestID)"),
        ]
        var reply = Reply(
            status: code.status, contentType: Self.mediaType, body: document.adding(members).bytes)
        reply.fields = fields
        reply.fields[.cacheControl] = "no-store"
        if code.status == 401 {
            reply.fields[.wwwAuthenticate] =
                code == .noKey
                ? "Bearer realm=\"turnpike\"" : "Bearer realm=\"turnpike\", error=\"invalid_token\""
        }
        return reply
    }
}
