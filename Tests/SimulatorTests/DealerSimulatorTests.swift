import Foundation
import LocalStage
import Testing
import TriggerDelivery
import VehicleSignals

/// A dealer's system as a gateway meets it: the program itself, called with signed events.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DealerSimulatorTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The program under test, and what it printed.
    private final class Dealer {
        let folder: String
        let port: Int
        let journal: String
        private let process: ChildProcess

        /// - Parameter journal: that of an earlier dealer; otherwise one of its own.
        init(_ behaviour: String, journal: String? = nil) throws {
            folder = NSTemporaryDirectory() + "turnpike-dealer-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            port = try freeLoopbackPort()
            self.journal = journal ?? folder + "/journal"
            process = try ChildProcess(
                name: "dealer", program: programFolder() + "/dealer-simulator",
                arguments: [
                    "--dealer", "NL-1", "--secret", DealerSimulatorTests.secret, "--port",
                    "\(port)", "--behaviour", behaviour, "--journal", self.journal,
                    "--pace", "0",
                ], log: folder + "/log", isMinded: true)
            let deadline = Date(timeIntervalSinceNow: 30)
            while !isListening(onLoopback: port) {
                guard process.isRunning, Date() < deadline else {
                    throw ChildProcess.StartFailure(program: "dealer", reason: log)
                }
                usleep(10_000)
            }
        }

        deinit {
            process.kill9()
            try? FileManager.default.removeItem(atPath: folder)
        }

        var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }
        /// Events that it has taken in.
        var taken: Int {
            let text = try? String(contentsOfFile: journal, encoding: .utf8)
            return text?.split(separator: "\n").count ?? 0
        }

        /// What curl says of a call: the status, or 0 without an answer in `seconds`.
        func call(_ arguments: [String], seconds: Double = 10) throws -> (status: Int, took: Double)
        {
            let output = folder + "/curl-" + UUID().uuidString
            let curl = try ChildProcess(
                name: "curl", program: "curl",
                arguments: [
                    "-s", "-o", "/dev/null", "-m", "\(seconds)", "-w",
                    "%{http_code} %{time_total}",
                ] + arguments, log: output)
            curl.waitForExit()
            let words = try String(contentsOfFile: output, encoding: .utf8).split(separator: " ")
            return (words.first.flatMap { Int($0) } ?? 0, words.last.flatMap { Double($0) } ?? 0)
        }

        /// Sends a lead's event, signed with `secret`.
        func send(
            _ id: String, secret: String = DealerSimulatorTests.secret, seconds: Double = 10
        ) throws -> (status: Int, took: Double) {
            let body =
                Array(
                    #"{"specversion":"1.0","id":"\#(id)","type":"t.service.trigger.opened.v1","#
                        .utf8)
                + Array(
                    #""sequence":"1","data":{"trigger_id":"L1","trigger_code":"SV-01","#.utf8)
                + Array(#""status":"OPEN"}}"#.utf8)
            let now = Int64(Date().timeIntervalSince1970)
            let file = folder + "/body-" + id
            try Data(body).write(to: URL(fileURLWithPath: file))
            let signature = WebhookSignature.header(
                id: id, seconds: now, body: body, secrets: [try WebhookSecret(secret)])
            return try call(
                [
                    "-H", "content-type: application/cloudevents+json", "-H", "webhook-id: \(id)",
                    "-H", "webhook-timestamp: \(now)", "-H", "webhook-signature: \(signature)",
                    "--data-binary", "@" + file, "http://127.0.0.1:\(port)/hook",
                ], seconds: seconds)
        }

        func become(_ behaviour: String) throws -> Int {
            try call(
                [
                    "-H", "content-type: application/json", "-d",
                    "{\"behaviour\":\"\(behaviour)\"}", "http://127.0.0.1:\(port)/control",
                ]
            ).status
        }
    }

    @Test func `a good dealer takes a genuine event once and refuses what is not`() throws {
        let dealer = try Dealer("good")
        #expect(try dealer.send("evt_1").status == 202)
        #expect(try dealer.send("evt_1").status == 202)
        #expect(dealer.taken == 1)
        #expect(dealer.log.contains("\"duplicate\""))
        let stranger = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
        #expect(try dealer.send("evt_2", secret: stranger).status == 401)
        #expect(dealer.taken == 1)
    }

    @Test func `a wrong dealer answers what he was told and takes nothing in`() throws {
        let dealer = try Dealer("wrong:503")
        #expect(try dealer.send("evt_1").status == 503)
        #expect(try dealer.become("wrong:422") == 200)
        #expect(try dealer.send("evt_1").status == 422)
        #expect(try dealer.become("gone") == 200)
        #expect(try dealer.send("evt_1").status == 410)
        #expect(dealer.taken == 0)
        #expect(try dealer.become("good") == 200)
        #expect(try dealer.send("evt_1").status == 202)
        #expect(dealer.taken == 1)
        #expect(try dealer.become("sleepy") == 400)
    }

    @Test func `a slow dealer answers late, a dead one never, and both hear the next word`() throws
    {
        let dealer = try Dealer("slow:700")
        let late = try dealer.send("evt_1")
        #expect(late.status == 202 && late.took >= 0.7)
        #expect(try dealer.become("dead") == 200)
        #expect(try dealer.send("evt_2", seconds: 1.5).status == 0)
        #expect(dealer.taken == 1)
        #expect(try dealer.become("good") == 200)
        #expect(try dealer.send("evt_2").status == 202)
        #expect(dealer.taken == 2)
    }

    @Test func `a restarted dealer still knows what he has taken`() throws {
        let first = try Dealer("good")
        #expect(try first.send("evt_1").status == 202)
        let second = try Dealer("good", journal: first.journal)
        #expect(try second.send("evt_1").status == 202)
        #expect(second.taken == 1)
        #expect(try second.send("evt_2").status == 202)
        #expect(second.taken == 2)
    }
}
