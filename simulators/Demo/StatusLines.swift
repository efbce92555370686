import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One line a second of what happens, read from the gateway's own door like anybody would.
struct StatusLines: Sendable {
    let gateway: String
    let key: String

    func printEverySecond(while stage: DemoStage) async {
        while !Task.isCancelled {
            if let trouble = stage.everyoneRuns { say("! \(trouble)") }
            do {
                say(try await line())
            } catch is CancellationError {
                return
            } catch {
                say("  the gateway does not answer: \(error)")
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func line() async throws -> String {
        var request = HTTPClientRequest(url: gateway + "/v1/status")
        request.headers.add(name: "authorization", value: "Bearer " + key)
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        let body = try await answer.body.collect(upTo: 1 << 20)
        guard answer.status == .ok else { return "  /v1/status answered \(answer.status)" }
        let status = try JSONDecoder().decode(Status.self, from: Data(body.readableBytesView))
        return status.line
    }
}
