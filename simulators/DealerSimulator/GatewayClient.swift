import AsyncHTTPClient
import Customers
import Foundation
import NIOCore
import NIOHTTP1
import VehicleSignals

/// The gateway's interface as a dealer uses it.
struct GatewayClient: Sendable {
    let gateway: String
    let dealer: String
    let key: String

    /// Bytes of an answer that are read: a page of 200 leads has about 200 kB.
    private static let answerBytesMax = 4 << 20
    /// How often a call is made that finds no gateway, or a busy one: for about three minutes.
    private static let triesMax = 40

    /// Body of a status report.
    private struct Report: Encodable {
        var status: String
        var at: String
        var by: String
        var reason: String?
        var text: String?
        var appointmentID: String?
        var repairOrderID: String?

        enum CodingKeys: String, CodingKey {
            case status, at, by, reason, text
            case appointmentID = "appointment_id"
            case repairOrderID = "repair_order_id"
        }
    }

    /// Reports a step; returns the gateway's answer, 0 if there was none.
    func report(_ step: LeadJourney.Step, number: Int, of lead: String, at: Timestamp) async -> Int
    {
        let report = Report(
            status: step.status.rawValue, at: at.rfc3339, by: "desk", reason: step.reason?.rawValue,
            text: step.text, appointmentID: step.appointment, repairOrderID: step.repairOrder)
        guard let body = try? JSONEncoder().encode(report) else { return 0 }
        var request = HTTPClientRequest(url: url(of: lead) + "/status")
        request.method = .POST
        request.headers = [
            "authorization": "Bearer \(key)", "content-type": "application/json",
            "idempotency-key": "\(lead)-\(number)-\(step.status.rawValue)",
        ]
        request.body = .bytes(ByteBuffer(bytes: body))
        return await call(request).status
    }

    /// Asks whom to call; returns the gateway's answer, 0 if there was none. The contact itself is
    /// not kept: nobody here calls.
    func contact(of lead: String) async -> Int {
        var request = HTTPClientRequest(url: url(of: lead) + "/contact")
        request.headers = [
            "authorization": "Bearer \(key)", "purpose": Purpose.dealerShare.rawValue,
        ]
        return await call(request).status
    }

    /// The next page of leads; `nil` if the gateway gave none.
    func leads(after cursor: String) async -> LeadPage? {
        let base = "\(gateway)/v1/dealers/\(encoded(dealer))/leads?limit=200"
        var request = HTTPClientRequest(
            url: cursor.isEmpty ? base : base + "&after=\(encoded(cursor))")
        request.headers = ["authorization": "Bearer \(key)"]
        let answer = await call(request)
        guard answer.status == 200 else { return nil }
        return try? JSONDecoder().decode(LeadPage.self, from: Data(answer.body.readableBytesView))
    }

    private func url(of lead: String) -> String {
        "\(gateway)/v1/dealers/\(encoded(dealer))/leads/\(encoded(lead))"
    }

    private func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "-._~0123456789"
                + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    /// Calls, and again after a pause where the gateway was not there, busy or broken.
    private func call(_ request: HTTPClientRequest) async -> (status: Int, body: ByteBuffer) {
        var status = 0
        for attempt in 0..<Self.triesMax {
            if attempt > 0 {
                let pause = Duration.milliseconds(min(100 << min(attempt, 6), 5000))
                guard (try? await Task.sleep(for: pause)) != nil else { break }
            }
            do {
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
                status = Int(response.status.code)
                let body = try await response.body.collect(upTo: Self.answerBytesMax)
                if status != 429, status < 500 { return (status, body) }
            } catch {
                if Task.isCancelled { break }
            }
        }
        return (status, ByteBuffer())
    }
}
