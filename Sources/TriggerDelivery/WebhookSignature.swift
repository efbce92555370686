import Crypto
import Foundation
public import VehicleSignals

/// The three headers of Standard Webhooks 1.0, and the content type of an event.
public enum WebhookHeader {
    /// Id of the event, the same at every attempt: the receiver's key against repetitions.
    public static let id = "webhook-id"
    /// Unix seconds of this attempt.
    public static let timestamp = "webhook-timestamp"
    /// Space-separated list of `v1,` and the Base64 of an HMAC-SHA256, one for each active secret.
    public static let signature = "webhook-signature"
    /// A CloudEvent in structured JSON form.
    public static let cloudEventType = "application/cloudevents+json"
}

/// Signs an event as Standard Webhooks 1.0 asks: HMAC-SHA256 over `id.timestamp.body`.
public enum WebhookSignature {
    /// The value of `webhook-signature`.
    ///
    /// - Parameters:
    ///   - id: Without a dot, or the signed text would be ambiguous.
    ///   - seconds: Unix seconds of this attempt.
    ///   - secrets: Each gives one signature, in this order; two while a secret is exchanged.
    public static func header(
        id: String, seconds: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) -> String {
        secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(
                for: signedBytes(id: id, seconds: seconds, body: body), using: secret.key)
            return "v1," + Data(code).base64EncodedString()
        }
        .joined(separator: " ")
    }

    fileprivate static func signedBytes(id: String, seconds: Int64, body: [UInt8]) -> [UInt8] {
        Array("\(id).\(seconds).".utf8) + body
    }
}

/// Checks what a receiver got: the other half of ``WebhookSignature``, for receivers written in
/// Swift and for tests.
public struct WebhookVerifier: Sendable {
    /// Why an event is not to be believed.
    public enum Rejection: String, Error, Hashable, Sendable {
        /// One of the three headers is missing.
        case headerMissing = "header_missing"
        /// The timestamp is not a whole number of seconds.
        case timestampInvalid = "timestamp_invalid"
        /// The timestamp lies further from now than the tolerance: perhaps a recording.
        case timestampOutsideTolerance = "timestamp_outside_tolerance"
        /// No signature in the list fits any of the secrets.
        case signatureMismatch = "signature_mismatch"
    }

    public var secrets: [WebhookSecret]
    /// How far the timestamp may lie from now, either way. Five minutes is the usual window.
    public var tolerance: TimeSpan

    public init(secrets: [WebhookSecret], tolerance: TimeSpan = .minutes(5)) {
        self.secrets = secrets
        self.tolerance = tolerance
    }

    /// Returns if the event is genuine and fresh. Compares in constant time.
    public func verify(
        id: String?, timestamp: String?, signature: String?, body: [UInt8], now: Timestamp
    ) throws(Rejection) {
        guard let id, !id.isEmpty, let timestamp, let signature else { throw .headerMissing }
        guard let seconds = Int64(timestamp), seconds > 0, seconds < 1 << 40 else {
            throw .timestampInvalid
        }
        let sent = Timestamp(seconds: seconds)
        guard sent.since(now) <= tolerance, now.since(sent) <= tolerance else {
            throw .timestampOutsideTolerance
        }
        let bytes = WebhookSignature.signedBytes(id: id, seconds: seconds, body: body)
        for entry in signature.split(separator: " ").prefix(Self.signaturesMax) {
            guard entry.hasPrefix("v1,"), let code = Data(base64Encoded: String(entry.dropFirst(3)))
            else { continue }
            for secret in secrets
            where HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: bytes, using: secret.key)
            {
                return
            }
        }
        throw .signatureMismatch
    }

    /// Signatures of one header that are looked at; more than a few is somebody making us work.
    private static let signaturesMax = 8
}
