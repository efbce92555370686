import Crypto
import GatewayAPI
import Hummingbird
import HummingbirdTesting
import Testing

struct PageTests {
    @Test func `the page runs only what its policy names`() async throws {
        try await House().visit { client async throws in
            let page = try await client.get("/")
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(!policy.contains("unsafe"))
            for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
                let parts = page.text.split(separator: "<\(tag)>")
                #expect(parts.count == 2)
                let content = try #require(parts.last?.split(separator: "</\(tag)>").first)
                let digest = Data64(SHA256.hash(data: Array(content.utf8)))
                #expect(policy.contains("\(directive) 'sha256-\(digest.text)'"))
            }
        }
    }

    @Test func `the page loads nothing from elsewhere and keeps its key in the tab`() async throws {
        try await House().visit { client async throws in
            let page = try await client.get("/").text
            // The name of SVG's own space is no address that anybody calls.
            let addresses = page.split(separator: "http://www.w3.org/2000/svg").joined()
            #expect(!addresses.contains("http://") && !addresses.contains("https://"))
            #expect(!page.contains("localStorage") && !page.contains("document.cookie"))
            #expect(!page.contains("innerHTML") && !page.contains(" onclick="))
            #expect(page.contains("lang=\"en\"") && page.contains("width=device-width"))
            #expect(page.contains("<label for=\"key\">"))
            #expect(page.contains("Turnpike 0.1.0"))
        }
    }
}

/// Base64 by bits, apart from the page's own.
private struct Data64 {
    let text: String

    init(_ bytes: some Sequence<UInt8>) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        while bits.count % 6 != 0 { bits.append(0) }
        var out = ""
        for start in stride(from: 0, to: bits.count, by: 6) {
            out.append(alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }])
        }
        while out.count % 4 != 0 { out.append("=") }
        text = out
    }
}
