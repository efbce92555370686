import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The dealer's HTTP server: `POST /` (any path) for events, `/control` for whoever runs the test.
struct DealerServer: Sendable {
    let host: String
    let port: Int
    let dealer: String
    let reception: Reception
    let log: EventLog
    let desk: ServiceDesk

    /// Largest event that is read; a thin one stays below 20 kB.
    private static let bodyBytesMax = 64 << 10

    private struct Order: Decodable { let behaviour: String }

    private struct Report: Encodable {
        let behaviour: String
        let reception: Reception.Tally
        let desk: ServiceDesk.Tally
    }

    func run() async throws {
        let router = Router()
        router.get("/control") { _, _ in try control() }
        router.post("/control") { request, _ in
            let body = try await request.body.collect(upTo: Self.bodyBytesMax)
            guard
                let order = try? JSONDecoder().decode(
                    Order.self, from: Data(body.readableBytesView)),
                let behaviour = Behaviour(argument: order.behaviour)
            else {
                throw HTTPError(.badRequest, message: "behaviour is none of the known ones")
            }
            reception.behaviour = behaviour
            return try control()
        }
        router.post("/**") { request, _ in try await receive(request) }
        var logger = Logger(label: "dealer")
        logger.logLevel = .error
        let app = Application(
            router: router, configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                log.write(
                    LogLine(
                        "listening", dealer: dealer, port: port, url: "http://\(host):\(port)/"),
                    isEssential: true)
            }, logger: logger)
        try await app.run()
    }

    private func control() throws -> Response {
        let report = Report(
            behaviour: reception.behaviour.description, reception: reception.tally,
            desk: desk.tally)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report))))
    }

    private func receive(_ request: Request) async throws -> Response {
        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        let id = header("webhook-id")
        let timestamp = header("webhook-timestamp")
        let signature = header("webhook-signature")
        let contentType = header("content-type")
        let body = try await request.body.collect(upTo: Self.bodyBytesMax)
        let answer = reception.receive(
            id: id, timestamp: timestamp, signature: signature, contentType: contentType,
            body: Array(body.readableBytesView))
        if answer.delay > .zero { try await Task.sleep(for: answer.delay) }
        log.write(LogLine("answered", id: id, answer: answer.status))
        var response = Response(status: .init(code: answer.status))
        if let seconds = answer.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        return response
    }
}
