import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Synchronization
import TriggerDelivery
import VehicleSignals

/// A dealer's HTTP server on a free loopback port, and what it was sent.
final class Receiver: Sendable {
    struct Call: Sendable {
        let path: String
        let host: String
        let id: String
        let timestamp: String
        let signature: String
        let contentType: String
        let body: [UInt8]
    }

    private let log = Mutex<[Call]>([])
    private let listening = Mutex(0)

    var port: Int { listening.withLock { $0 } }
    var calls: [Call] { log.withLock { $0 } }
    var ids: [String] { calls.map(\.id) }

    func url(_ path: String = "/hook") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Runs a server whose answers `answer` gives, for as long as `body` runs; with `encryption` it
    /// speaks HTTPS.
    static func with<Value: Sendable>(
        encryption: TLSConfiguration? = nil,
        _ answer: @escaping @Sendable (Call, Receiver) async throws -> Response,
        body: @escaping @Sendable (Receiver) async throws -> Value
    ) async throws -> Value {
        let receiver = Receiver()
        let (ready, isReady) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.on("/**", method: .post) { request, _ in
            let call = try await receiver.note(request)
            return try await answer(call, receiver)
        }
        // Whoever followed a redirect as a GET would be seen.
        router.get("/**") { request, _ in
            let call = try await receiver.note(request)
            return try await answer(call, receiver)
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .critical
        let server: HTTPServerBuilder =
            if let encryption {
                try .tls(.http1(), tlsConfiguration: encryption)
            } else {
                .http1()
            }
        let app = Application(
            router: router, server: server,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { isReady.yield($0.localAddress?.port ?? 0) }, logger: logger)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await app.run()
                return nil
            }
            for await port in ready {
                receiver.listening.withLock { $0 = port }
                break
            }
            group.addTask { try await body(receiver) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func note(_ request: Request) async throws -> Call {
        func header(_ name: String) -> String {
            HTTPField.Name(name).flatMap { request.headers[$0] } ?? ""
        }
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = Call(
            path: request.uri.path, host: request.head.authority ?? "", id: header("webhook-id"),
            timestamp: header("webhook-timestamp"), signature: header("webhook-signature"),
            contentType: header("content-type"), body: Array(body.readableBytesView))
        log.withLock { $0.append(call) }
        return call
    }
}

/// A door that opens once and stays open.
actor Gate {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { waiters.append($0) }
    }
}

/// Answers of a table, for names that no name server knows.
struct TableResolver: HostResolver {
    let table: [String: [String]]

    func addresses(of host: String) async throws -> [IPAddress] {
        guard let texts = table[host] else { throw HostLookupError.failed("no such name") }
        return texts.compactMap { IPAddress($0) }
    }
}
