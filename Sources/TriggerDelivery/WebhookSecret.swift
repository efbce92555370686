package import Crypto
import Foundation

/// A symmetric secret of Standard Webhooks 1.0: `whsec_` and 24–64 random bytes in Base64, one for
/// each endpoint.
public struct WebhookSecret: Sendable, CustomStringConvertible {
    /// Why a text is no secret.
    public enum ParseError: Error, Hashable, Sendable {
        /// It does not begin with `whsec_`.
        case prefixMissing
        /// What follows the prefix is not Base64.
        case notBase64
        /// The bytes are fewer than 24 or more than 64.
        case wrongLength(Int)
    }

    /// What every secret's text begins with.
    public static let prefix = "whsec_"

    package let key: SymmetricKey

    /// Reads `whsec_…`.
    public init(_ text: String) throws(ParseError) {
        guard text.hasPrefix(Self.prefix) else { throw .prefixMissing }
        guard let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))) else {
            throw .notBase64
        }
        guard 24...64 ~= bytes.count else { throw .wrongLength(bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    /// A new secret of 32 random bytes, as text; shown once to the dealer and kept by the store.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix + Data(bytes).base64EncodedString()
    }

    /// Never the bytes.
    public var description: String { "whsec_…" }
}
