import Crypto
import Foundation
import VehicleSignals

/// Names that the store makes up.
enum Identifiers {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// 26 characters that sort by `now` and then by `order`: 48 bits of milliseconds, 24 bits of
    /// the order, 56 random bits, in Crockford's base 32. Never holds a dot, which separates the
    /// parts of a webhook's signed text.
    static func sortable(now: Timestamp, order: Int64 = 0) -> String {
        let random = UInt64.random(in: 0..<1 << 56)
        var bits = UInt128(UInt64(bitPattern: now.milliseconds) & 0xFFFF_FFFF_FFFF) << 80
        bits |= UInt128(UInt64(bitPattern: order) & 0xFF_FFFF) << 56 | UInt128(random)
        var characters = [UInt8](repeating: 0, count: 26)
        for place in stride(from: 25, through: 0, by: -1) {
            characters[place] = alphabet[Int(bits & 31)]
            bits >>= 5
        }
        return String(decoding: characters, as: UTF8.self)
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func sha256(_ text: String) -> Data {
        Data(SHA256.hash(data: Data(text.utf8)))
    }
}

/// Derives the names under which recipients know vehicles.
struct ReferenceKey: Sendable {
    private let key: SymmetricKey

    init(bytes: [UInt8]) { key = SymmetricKey(data: Data(bytes)) }

    /// `vr_` and 128 bits of HMAC-SHA256 under the recipient's own key: recipients cannot tell
    /// that they speak of the same vehicle, and the next holding gets a new name.
    func reference(recipient: String, vehicle: VehicleKey, epoch: Int64) -> String {
        let recipientKey = HMAC<SHA256>.authenticationCode(
            for: Data("recipient:\(recipient)".utf8), using: key)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("vehicle:\(vehicle.number) epoch:\(epoch)".utf8),
            using: SymmetricKey(data: Data(recipientKey)))
        return "vr_" + Identifiers.hex(Data(code).prefix(16))
    }
}
