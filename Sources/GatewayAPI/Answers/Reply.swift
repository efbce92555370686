package import HTTPTypes
import Hummingbird
import NIOCore

/// An answer, before it becomes Hummingbird's.
package struct Reply: Sendable {
    package var status: Int
    package var fields: HTTPFields = [:]
    package var contentType: String
    package var body: [UInt8]

    init(status: Int = 200, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    init(status: Int = 200, _ document: JSONValue) {
        self.init(status: status, body: document.bytes)
    }

    /// An answer that says that the caller's copy is the newest.
    static func notModified(eTag: String) -> Reply {
        var reply = Reply(status: 304, contentType: "", body: [])
        reply.fields[.eTag] = eTag
        return reply
    }

    func response() -> Response {
        var fields = fields
        if !contentType.isEmpty { fields[.contentType] = contentType }
        return Response(
            status: HTTPResponse.Status(code: status), headers: fields,
            body: body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("\(name) is no name for a header field")
        }
        return name
    }

    /// Why the caller wants to know.
    package static let purpose = known("Purpose")
    package static let idempotencyKey = known("Idempotency-Key")
    package static let requestID = known("X-Request-Id")
    package static let frameOptions = known("X-Frame-Options")
    package static let referrerPolicy = known("Referrer-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let crossOriginOpenerPolicy = known("Cross-Origin-Opener-Policy")
}
