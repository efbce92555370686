internal import Foundation

/// An authority, a server certificate for `localhost` and 127.0.0.1, a client certificate, and a
/// second authority that nobody should trust; made by openssl in a folder of their own.
public final class TestCertificates: Sendable {
    public let folder: String
    public var authorityFile: String { folder + "/ca.pem" }
    public var strangeAuthorityFile: String { folder + "/other.pem" }
    public var serverFile: String { folder + "/server.pem" }
    public var serverKeyFile: String { folder + "/server.key" }
    public var clientFile: String { folder + "/client.pem" }
    public var clientKeyFile: String { folder + "/client.key" }

    /// - Parameter serverNames: what the server's certificate is made out to.
    public init(serverNames: String = "DNS:localhost,IP:127.0.0.1") throws {
        folder = try TestFolder.make("certificates")
        for name in ["ca", "other"] {
            try Command.run(
                "openssl",
                Self.curve + [
                    "-x509", "-days", "2", "-subj", "/CN=\(name) of the tests",
                    "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem",
                ])
        }
        for (name, extra) in [
            ("server", "subjectAltName=\(serverNames)"), ("client", "keyUsage=digitalSignature"),
        ] {
            try Command.run(
                "openssl",
                Self.curve + [
                    "-x509", "-days", "2", "-subj", "/CN=\(name)", "-addext", extra,
                    "-CA", authorityFile, "-CAkey", "\(folder)/ca.key",
                    "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem",
                ])
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static let curve = [
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
    ]
}
