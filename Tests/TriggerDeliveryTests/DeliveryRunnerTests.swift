import Hummingbird
import NIOCore
import Testing
import TriggerDelivery
import VehicleSignals

/// Delivery against real servers on loopback.
@Suite(.timeLimit(.minutes(2)))
struct DeliveryRunnerTests {
    @Test func `an event arrives once, signed, as a CloudEvent`() async throws {
        let outbox = MemoryOutbox()
        let other = WebhookSecret.random()
        let call = try await Receiver.with { _, _ in
            Response(status: .accepted)
        } body: { dealer in
            await outbox.addEndpoint(
                "e1", url: dealer.url("/hook?x=1"), secrets: [MemoryOutbox.secret, other])
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox) { runner in
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().delivered == 1)
                #expect(runner.snapshot().endpoints["e1"]?.dealer == "dealer-e1")
            }
            #expect(dealer.calls.count == 1)
            return try #require(dealer.calls.first)
        }
        #expect(await outbox.records.map(\.result) == [.delivered(status: 202)])
        #expect(call.path == "/hook")
        #expect(call.contentType == "application/cloudevents+json")
        #expect(call.body == Array(#"{"id":"evt_1"}"#.utf8))
        for secret in [MemoryOutbox.secret, other] {
            #expect(throws: Never.self) {
                try WebhookVerifier(secrets: [try WebhookSecret(secret)]).verify(
                    id: call.id, timestamp: call.timestamp, signature: call.signature,
                    body: call.body, now: wallClock())
            }
        }
    }

    @Test func `a failure is tried again under the same id`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, dealer in
            Response(status: dealer.calls.count < 3 ? .internalServerError : .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox) { runner in
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().retries == 2)
                #expect(runner.snapshot().failures[.status] == 2)
            }
            #expect(dealer.ids == ["evt_1", "evt_1", "evt_1"])
        }
        #expect(await outbox.records.map(\.attempt) == [1, 2, 3])
    }

    @Test func `a dealer who does not answer delays no other`() async throws {
        let outbox = MemoryOutbox()
        let gate = Gate()
        try await Receiver.with { call, _ in
            if call.path == "/slow" { await gate.pass() }
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("slow", url: dealer.url("/slow"))
            await outbox.addEndpoint("quick", url: dealer.url("/quick"))
            for number in 0..<100 {
                await outbox.add("s\(number)", endpoint: "slow")
                await outbox.add("q\(number)", endpoint: "quick")
            }
            try await withRunner(outbox) { _ in
                // The slow one answers nothing before the quick one has everything.
                await outbox.wait { $0.finished == 100 }
                #expect(await outbox.state(of: "s0") == .pending)
                await gate.open()
                await outbox.wait { $0.finished == 200 }
            }
            #expect(dealer.calls.count == 200)
        }
    }

    @Test func `410 disables the endpoint and nothing more is sent there`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { call, _ in
            Response(status: call.path == "/gone" ? .gone : .ok)
        } body: { dealer in
            await outbox.addEndpoint("gone", url: dealer.url("/gone"))
            await outbox.addEndpoint("good", url: dealer.url("/good"))
            for number in 0..<20 { await outbox.add("g\(number)", endpoint: "gone") }
            try await withRunner(outbox) { runner in
                await outbox.wait { !($0.endpoints["gone"]?.isEnabled ?? true) }
                await outbox.add("ok", endpoint: "good")
                runner.poke()
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().endpointsGone == 1)
                #expect(runner.snapshot().endpoints["gone"]?.health == .gone)
            }
            #expect(dealer.calls.count { $0.path == "/gone" } == 1)
        }
        #expect(await outbox.state(of: "g0") == .pending)
    }

    @Test func `Retry-After is kept, for the event and for the endpoint`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, dealer in
            if dealer.calls.count == 1 {
                return Response(status: .tooManyRequests, headers: [.retryAfter: "1"])
            }
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            await outbox.add("evt_2", endpoint: "e1")
            let begin = wallClock()
            try await withRunner(outbox) { _ in await outbox.wait { $0.finished == 2 } }
            #expect(wallClock().since(begin) >= .seconds(1))
        }
        let first = try #require(await outbox.records.first)
        guard case .retry(let time, _) = first.result else {
            Issue.record("\(first)")
            return
        }
        #expect(time.since(first.at) == .seconds(1))
        #expect(await outbox.records.count == 3)
    }

    @Test func `a redirect is a failure and never followed`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { call, dealer in
            if call.path == "/hook" {
                return Response(status: .found, headers: [.location: dealer.url("/inside")])
            }
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox, quickConfiguration(delays: [0, 5])) { runner in
                await outbox.wait { $0.finished == 1 }
                await runner.waitFor { $0.dead == 1 }
            }
            #expect(dealer.calls.map(\.path) == ["/hook", "/hook"])
        }
        #expect(await outbox.state(of: "evt_1") == .dead)
        guard case .dead(let failure)? = await outbox.records.last?.result else {
            Issue.record("not dead")
            return
        }
        #expect(failure.code == .redirect && failure.status == 302)
    }

    @Test func `a permission withdrawn between attempts leaves a tombstone`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            await outbox.refuse("evt_1")
            return Response(status: .serviceUnavailable)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox) { runner in
                await outbox.wait { $0.finished == 1 }
                await runner.waitFor { $0.withdrawn == 1 }
            }
            #expect(dealer.calls.count == 1)
        }
        #expect(await outbox.state(of: "evt_1") == .withdrawn)
        #expect(await outbox.records.count == 1)
        #expect(await outbox.decisions == ["evt_1", "evt_1"])
    }

    @Test func `a replay sends the same event under the same id again`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox) { runner in
                await outbox.wait { $0.finished == 1 }
                await outbox.replay("evt_1")
                runner.poke()
                await outbox.wait { $0.finished == 2 }
            }
            #expect(dealer.ids == ["evt_1", "evt_1"])
            #expect(dealer.calls[0].body == dealer.calls[1].body)
        }
    }

    @Test func `an endless answer is not read`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    let block = ByteBuffer(repeating: 0x20, count: 65_536)
                    while true { try await writer.write(block) }
                })
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            for number in 0..<5 { await outbox.add("evt_\(number)", endpoint: "e1") }
            try await withRunner(outbox) { _ in await outbox.wait { $0.finished == 5 } }
        }
        #expect(await outbox.records.allSatisfy { $0.result == .delivered(status: 200) })
    }

    @Test func `a server that is not there is a failed connection`() async throws {
        let outbox = MemoryOutbox()
        let url = try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: {
            $0.url()
        }
        await outbox.addEndpoint("e1", url: url)
        await outbox.add("evt_1", endpoint: "e1")
        try await withRunner(outbox) { runner in
            await outbox.wait { $0.finished == 1 }
            await runner.waitFor { $0.dead == 1 }
            #expect(runner.snapshot().failures == [.connection: 5])
        }
        #expect(await outbox.state(of: "evt_1") == .dead)
    }

    @Test func `an attempt that lasts too long is a timeout`() async throws {
        let outbox = MemoryOutbox()
        let gate = Gate()
        try await Receiver.with { _, dealer in
            if dealer.calls.count == 1 { await gate.pass() }
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            let configuration = quickConfiguration(timeout: TimeSpan(milliseconds: 500))
            try await withRunner(outbox, configuration) { runner in
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().failures[.timeout] == 1)
            }
            await gate.open()
        }
        #expect(await outbox.state(of: "evt_1") == .delivered)
    }

    @Test func `events of one vehicle keep their order over a failure`() async throws {
        let outbox = MemoryOutbox()
        let failed = Gate()
        try await Receiver.with { call, dealer in
            if call.id == "a1", dealer.ids.count(where: { $0 == "a1" }) < 3 {
                return Response(status: .internalServerError)
            }
            await failed.open()
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            for event in ["a1", "a2", "a3"] {
                await outbox.add(event, endpoint: "e1", vehicle: "a")
            }
            await outbox.add("b1", endpoint: "e1", vehicle: "b")
            try await withRunner(outbox) { _ in await outbox.wait { $0.finished == 4 } }
            #expect(dealer.ids.filter { $0 != "b1" } == ["a1", "a1", "a1", "a2", "a3"])
        }
    }

    @Test func `a dead event lets the vehicle's next one go`() async throws {
        let outbox = MemoryOutbox()
        try await Receiver.with { call, _ in
            Response(status: call.id == "a1" ? .badRequest : .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("a1", endpoint: "e1", vehicle: "a")
            await outbox.add("a2", endpoint: "e1", vehicle: "a")
            try await withRunner(outbox) { _ in await outbox.wait { $0.finished == 2 } }
            #expect(dealer.ids == ["a1", "a1", "a1", "a1", "a1", "a2"])
        }
    }

    @Test func `a result that the outbox does not take at once is not lost`() async throws {
        let outbox = MemoryOutbox()
        await outbox.breakRecords(times: 2)
        try await Receiver.with { _, _ in
            Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("evt_1", endpoint: "e1")
            try await withRunner(outbox) { runner in
                await outbox.wait { $0.finished == 1 }
                #expect(runner.snapshot().outboxErrors == 2)
            }
            #expect(dealer.calls.count == 1)
        }
    }

    @Test func `stopping lets an attempt under way end and begins no other`() async throws {
        let outbox = MemoryOutbox()
        let gate = Gate()
        let arrived = Gate()
        try await Receiver.with { _, _ in
            await arrived.open()
            await gate.pass()
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("a1", endpoint: "e1", vehicle: "a")
            await outbox.add("a2", endpoint: "e1", vehicle: "a")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withRunner(outbox) { _ in await arrived.pass() }
                }
                group.addTask {
                    await arrived.pass()
                    await gate.open()
                }
                try await group.waitForAll()
            }
            #expect(dealer.ids == ["a1"])
        }
        #expect(await outbox.state(of: "a1") == .delivered)
        #expect(await outbox.state(of: "a2") == .pending)
    }

    @Test func `an attempt that outlasts the stop's deadline is given up and stays due`()
        async throws
    {
        let outbox = MemoryOutbox()
        let gate = Gate()
        let arrived = Gate()
        try await Receiver.with { _, _ in
            await arrived.open()
            await gate.pass()
            return Response(status: .ok)
        } body: { dealer in
            await outbox.addEndpoint("e1", url: dealer.url())
            await outbox.add("a1", endpoint: "e1")
            var configuration = quickConfiguration(timeout: .seconds(60))
            configuration.drainDeadline = TimeSpan(milliseconds: 50)
            try await withRunner(outbox, configuration) { _ in await arrived.pass() }
            await gate.open()
        }
        #expect(await outbox.state(of: "a1") == .pending)
        #expect(await outbox.records.isEmpty)
    }
}

extension DeliveryRunner {
    /// Returns when the counters say so; the last of them is booked just after the outbox knows.
    func waitFor(_ isTrue: (DeliverySnapshot) -> Bool) async {
        while !isTrue(snapshot()) { await Task.yield() }
    }
}
