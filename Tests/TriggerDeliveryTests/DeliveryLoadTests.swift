import Hummingbird
import Testing
import TriggerDelivery
import VehicleSignals

@Suite(.timeLimit(.minutes(3)))
struct DeliveryLoadTests {
    @Test func `ten thousand events reach nineteen dealers while the twentieth is dead`()
        async throws
    {
        let outbox = MemoryOutbox()
        let gate = Gate()
        try await Receiver.with { call, _ in
            if call.path == "/0" { await gate.pass() }
            return Response(status: .ok)
        } body: { dealer in
            for endpoint in 0..<20 {
                await outbox.addEndpoint("e\(endpoint)", url: dealer.url("/\(endpoint)"))
            }
            for number in 0..<10_000 {
                await outbox.add(
                    "evt_\(number)", endpoint: "e\(number % 20)", vehicle: "v\(number / 40)")
            }
            var configuration = quickConfiguration(timeout: .seconds(1))
            configuration.schedule = RetrySchedule(delays: [.seconds(0), .hours(1)])
            try await withRunner(outbox, configuration) { runner in
                await outbox.wait { $0.finished == 9_500 }
                await runner.waitFor { $0.delivered == 9_500 }
                #expect(runner.snapshot().endpoints["e1"]?.health == .healthy)
            }
            await gate.open()
            // Each exactly once, and in the order of each vehicle.
            var last: [String: Int] = [:]
            for call in dealer.calls where call.path != "/0" {
                let number = try #require(Int(call.id.dropFirst(4)))
                let vehicle = "\(call.path) \(number / 40)"
                #expect(last[vehicle, default: -1] < number)
                last[vehicle] = number
            }
            #expect(dealer.calls.count { $0.path != "/0" } == 9_500)
        }
    }
}
