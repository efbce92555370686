import AsyncHTTPClient
import Foundation
import LocalStage
import NIOCore
import NIOHTTP1

/// The gateway's counters of messages as `/metrics` tells them.
struct SoakBooks: Equatable {
    var received = 0
    var outcomes: [String: Int] = [:]
    /// Whether the gateway is connected and can do its work.
    var isReady = false

    init() {}

    /// - Throws: when the gateway does not answer, as right after a kill.
    init(metricsOf gateway: LocalGateway) throws {
        let answer = try HTTPClient.shared.get(
            url: gateway.address + "/metrics", deadline: .now() + .seconds(5)
        ).wait()
        guard answer.status == .ok, let body = answer.body else {
            throw ChildProcess.StartFailure(
                program: "/metrics", reason: "it answered \(answer.status)")
        }
        let text = String(decoding: body.readableBytesView, as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { continue }
            let name = line[..<space]
            if name == "turnpike_messages_received_total" { received = Int(value) }
            if name == "turnpike_ready" { isReady = value == 1 }
            if name.hasPrefix("turnpike_messages_total{"), let quote = name.firstIndex(of: "\"") {
                let rest = name[name.index(after: quote)...]
                outcomes[String(rest.prefix { $0 != "\"" })] = Int(value)
            }
        }
    }

    var balances: Bool { received == outcomes.values.reduce(0, +) }

    var sentence: String {
        let parts = outcomes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "received \(received) = " + parts.joined(separator: " + ")
    }
}

/// What the fleet said when it ended.
struct FleetReport {
    var published = 0

    /// Reads the last progress line of the fleet's log.
    init(file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        struct Line: Decodable { var sent: Int }
        for line in text.split(separator: "\n").reversed() {
            if let read = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) {
                published = read.sent
                return
            }
        }
        throw ChildProcess.StartFailure(
            program: "fleet-simulator", reason: "it said nothing of what it published; see \(file)")
    }
}
