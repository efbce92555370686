import Crypto
import Mustache

/// The page at `/`: one document, rendered once, whose script may talk to this gateway only.
struct GatewayPage: Sendable {
    let html: [UInt8]
    /// Names the page's own style and script by their hashes; nothing else runs or is loaded.
    let contentSecurityPolicy: String

    init(version: String) {
        let template: MustacheTemplate
        do {
            template = try MustacheTemplate(string: pageTemplate)
        } catch {
            preconditionFailure("The page's own template does not parse: \(error)")
        }
        html = Array(
            template.render(["version": version, "style": pageStyle, "script": pageScript]).utf8)
        contentSecurityPolicy = [
            "default-src 'none'",
            "style-src '\(Self.hash(pageStyle))'",
            "script-src '\(Self.hash(pageScript))'",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    private static func hash(_ text: String) -> String {
        "sha256-" + base64(Array(SHA256.hash(data: Array(text.utf8))))
    }
}

/// `bytes` in the standard base64 alphabet, padded.
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        word <<= 8 * UInt32(3 - group.count)
        for place in 0..<4 {
            let index = Int(word >> UInt32(18 - 6 * place) & 63)
            out.append(place <= group.count ? alphabet[index] : 0x3D)
        }
    }
    return String(decoding: out, as: UTF8.self)
}
