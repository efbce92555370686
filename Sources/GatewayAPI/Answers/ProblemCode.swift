/// Every reason for which a request is not answered as asked: the `code` of a problem document.
package enum ProblemCode: String, Sendable, CaseIterable {
    case noKey = "NO_KEY"
    case wrongKey = "WRONG_KEY"
    case notAllowed = "NOT_ALLOWED"
    case unknownRoute = "UNKNOWN_ROUTE"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case unknownLead = "UNKNOWN_LEAD"
    case unknownEvent = "UNKNOWN_EVENT"
    case badParameter = "BAD_PARAMETER"
    case badCursor = "BAD_CURSOR"
    case badJSON = "BAD_JSON"
    case badValue = "BAD_VALUE"
    case purposeRequired = "PURPOSE_REQUIRED"
    case idempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED"
    case idempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED"
    case lifeCycleConflict = "LIFE_CYCLE_CONFLICT"
    case versionConflict = "VERSION_CONFLICT"
    case replayRefused = "REPLAY_REFUSED"
    case permissionWithdrawn = "PERMISSION_WITHDRAWN"
    case ownershipChanged = "OWNERSHIP_CHANGED"
    case leadClosed = "LEAD_CLOSED"
    case notAcceptable = "NOT_ACCEPTABLE"
    case bodyTooLarge = "BODY_TOO_LARGE"
    case unsupportedType = "UNSUPPORTED_TYPE"
    case tooManyRequests = "TOO_MANY_REQUESTS"
    case internalError = "INTERNAL_ERROR"
    case unavailable = "UNAVAILABLE"
    case notReady = "NOT_READY"
    case timedOut = "TIMED_OUT"

    package var status: Int {
        switch self {
        case .badParameter, .badCursor, .badJSON, .purposeRequired, .idempotencyKeyRequired: 400
        case .noKey, .wrongKey: 401
        case .notAllowed: 403
        case .unknownRoute, .unknownLead, .unknownEvent: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .lifeCycleConflict, .versionConflict, .replayRefused, .idempotencyKeyReused: 409
        case .permissionWithdrawn, .ownershipChanged, .leadClosed: 410
        case .bodyTooLarge: 413
        case .unsupportedType: 415
        case .badValue: 422
        case .tooManyRequests: 429
        case .internalError: 500
        case .unavailable, .notReady: 503
        case .timedOut: 504
        }
    }

    /// What happened, the same for every occurrence.
    package var title: String {
        switch self {
        case .noKey: "A key is needed"
        case .wrongKey: "The key is not in force"
        case .notAllowed: "The key does not cover this"
        case .unknownRoute: "Nothing is here"
        case .methodNotAllowed: "This route does not know the method"
        case .unknownLead: "No such lead"
        case .unknownEvent: "No such event"
        case .badParameter: "A parameter is wrong"
        case .badCursor: "The cursor is not one of ours"
        case .badJSON: "The body is not JSON"
        case .badValue: "A value is wrong"
        case .purposeRequired: "The purpose must be stated"
        case .idempotencyKeyRequired: "An idempotency key is needed"
        case .idempotencyKeyReused: "The idempotency key belongs to another report"
        case .lifeCycleConflict: "The status may not follow the present one"
        case .versionConflict: "The lead has changed meanwhile"
        case .replayRefused: "The event may not be sent again"
        case .permissionWithdrawn: "No permission holds now"
        case .ownershipChanged: "The vehicle has another holder"
        case .leadClosed: "The lead has come to its end"
        case .notAcceptable: "No such representation"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedType: "The body's type is not known"
        case .tooManyRequests: "Too many requests"
        case .internalError: "The gateway failed"
        case .unavailable: "Not available now"
        case .notReady: "The gateway is not ready"
        case .timedOut: "The answer took too long"
        }
    }

    /// What the caller can do about it.
    package var remedy: String {
        switch self {
        case .noKey: "Send the header Authorization: Bearer tpk_…"
        case .wrongKey: "Check the key for missing characters, or ask the operator for a new one."
        case .notAllowed: "Use a key of the party and role that this route is for."
        case .unknownRoute: "The routes are listed at /openapi.json."
        case .methodNotAllowed: "Use a method that the Allow header names."
        case .unknownLead: "Take the id from GET /v1/dealers/{dealer}/leads."
        case .unknownEvent: "Take the id from the webhook-id header of the delivery."
        case .badParameter: "The parameters of this route are described at /openapi.json."
        case .badCursor: "Send the next value of an earlier page unchanged, or leave it out."
        case .badJSON: "Mend the body at the stated position and send it again."
        case .badValue: "Mend the listed members and send the report again."
        case .purposeRequired: "Send the header Purpose: P3."
        case .idempotencyKeyRequired: "Send a header Idempotency-Key that is new for each report."
        case .idempotencyKeyReused: "Send a new Idempotency-Key for a new report."
        case .lifeCycleConflict: "Look at current; report a status that may follow it."
        case .versionConflict: "Look at current, and send the report again with its version."
        case .replayRefused: "Nothing can be done; the reason is in the detail."
        case .permissionWithdrawn: "Don't contact the customer about this lead."
        case .ownershipChanged: "Don't contact the former holder; a new lead comes if one is due."
        case .leadClosed: "Nothing needs to be done; there is nothing to call about."
        case .notAcceptable: "Ask for application/json or text/csv."
        case .bodyTooLarge: "Send less."
        case .unsupportedType: "Send Content-Type: application/json."
        case .tooManyRequests: "Wait as many seconds as Retry-After says."
        case .internalError: "Tell the operator the request id."
        case .unavailable, .timedOut: "Try again later; repeating is harmless."
        case .notReady: "The reasons are listed; the operator can mend them."
        }
    }
}
