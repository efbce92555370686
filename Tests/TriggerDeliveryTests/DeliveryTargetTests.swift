import Hummingbird
import Testing
import TriggerDelivery
import VehicleSignals

/// Which addresses delivery calls, against a real server.
@Suite(.timeLimit(.minutes(2)))
struct DeliveryTargetTests {
    @Test func `the address that was checked is the one that is called`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: { dealer in
            let target = "dealer.test:\(dealer.port)"
            await outbox.addEndpoint("e1", url: "http://\(target)/hook")
            await outbox.add("evt_1", endpoint: "e1")
            var configuration = quickConfiguration()
            configuration.targets = TargetPolicy(allowed: [try #require(AllowedTarget(target))])
            // No name server knows the name: only a pinned address can have been called.
            let resolver = TableResolver(table: ["dealer.test": ["127.0.0.1"]])
            try await withRunner(outbox, configuration, resolver: resolver) { _ in
                await outbox.wait { $0.finished == 1 }
            }
            #expect(dealer.calls.map(\.host) == [target])
        }
        #expect(await outbox.state(of: "evt_1") == .delivered)
    }

    @Test(arguments: [
        ["127.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "169.254.169.254"], ["0.0.0.0"],
    ])
    func `a name that leads inside is not called`(addresses: [String]) async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: "https://dealer.test:\(dealer.port)/hook")
            await outbox.add("evt_1", endpoint: "e1")
            var configuration = quickConfiguration(delays: [0, 1])
            configuration.targets = TargetPolicy(ports: [dealer.port])
            let resolver = TableResolver(table: ["dealer.test": addresses])
            try await withRunner(outbox, configuration, resolver: resolver) { runner in
                await runner.waitFor { $0.dead == 1 }
                #expect(runner.snapshot().failures == [.targetRefused: 2])
            }
            #expect(dealer.calls.isEmpty)
        }
    }

    @Test func `a retry of a name with several addresses takes the next one`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: "http://dealer.test:\(dealer.port)/hook")
            await outbox.add("evt_1", endpoint: "e1")
            // Nothing listens on the first.
            let resolver = TableResolver(table: ["dealer.test": ["127.0.0.9", "127.0.0.1"]])
            try await withRunner(outbox, resolver: resolver) { runner in
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().failures == [.connection: 1])
            }
        }
        #expect(await outbox.state(of: "evt_1") == .delivered)
    }

    @Test func `a name without an address and a bad secret are failures with their reason`()
        async throws
    {
        let outbox = MemoryOutbox()
        await outbox.addEndpoint("nowhere", url: "https://nowhere.test/")
        await outbox.addEndpoint("unsigned", url: "https://d.test/", secrets: ["whsec_short"])
        await outbox.addEndpoint("malformed", url: "file:///etc/passwd")
        for id in ["nowhere", "unsigned", "malformed"] { await outbox.add("x_\(id)", endpoint: id) }
        let resolver = TableResolver(table: [:])
        try await withRunner(outbox, quickConfiguration(delays: [0]), resolver: resolver) {
            await $0.waitFor { $0.dead == 3 }
            #expect(
                $0.snapshot().failures == [.unresolved: 1, .secretInvalid: 1, .targetRefused: 1])
        }
    }

    @Test func `the system's resolver knows this machine`() async throws {
        let addresses = try await SystemResolver().addresses(of: "localhost")
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.kind == .private })
    }
}
