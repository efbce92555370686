import StateStore
import Testing
import VehicleSignals

@Suite struct QuarantineTests {
    let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private func save(_ store: SQLiteStateStore, _ messages: [QuarantinedMessage]) throws {
        let last = try store.snapshot()?.position.number ?? 0
        var flush = makeFlush(last + 1)
        flush.quarantine = messages
        try store.save(flush)
    }

    @Test func `messages are listed in pages and by standing`() throws {
        let store = try folder.open()
        try save(store, (1...5).map { makeQuarantined($0) })
        #expect(try store.setQuarantine(id: 2, standing: .retried))
        #expect(try store.setQuarantine(id: 3, standing: .dropped))
        #expect(try !store.setQuarantine(id: 99, standing: .dropped))
        #expect(try store.quarantined(after: 0, standing: .open, limit: 2).map(\.id) == [1, 4])
        #expect(try store.quarantined(after: 4, standing: .open, limit: 2).map(\.id) == [5])
        #expect(try store.quarantined(after: 0, standing: nil, limit: 100).count == 5)
        #expect(try store.quarantined(id: 2)?.standing == .retried)
        #expect(try store.quarantined(id: 6) == nil)
        let figures = try store.quarantineFigures()
        #expect((figures.open, figures.retried, figures.dropped) == (3, 1, 1))
    }

    @Test func `a message that comes again keeps its number and standing`() throws {
        let store = try folder.open()
        try save(store, [makeQuarantined(1)])
        _ = try store.setQuarantine(id: 1, standing: .retried)
        try save(store, [makeQuarantined(1), makeQuarantined(1, 1)])
        let all = try store.quarantined(after: 0, standing: nil, limit: 10)
        #expect(all.map(\.standing) == [.retried, .open])
    }

    @Test func `a long payload is cut, and its length is told`() throws {
        var limits = StateStoreLimits()
        limits.quarantinePayloadBytesMax = 10
        let store = try folder.open(limits)
        try save(store, [makeQuarantined(1, payload: "0123456789abc")])
        let entry = try #require(try store.quarantined(id: 1))
        #expect(entry.message.payload == Array("0123456789".utf8))
        #expect(entry.payloadLength == 13)
        #expect(entry.isTruncated)
    }

    @Test func `beyond the count settled messages go first, then the oldest open, counted`() throws
    {
        var limits = StateStoreLimits()
        limits.quarantineCountMax = 4
        let store = try folder.open(limits)
        try save(store, (1...4).map { makeQuarantined($0) })
        _ = try store.setQuarantine(id: 3, standing: .dropped)
        try save(store, [makeQuarantined(5)])
        #expect(
            try store.quarantined(after: 0, standing: nil, limit: 9).map(\.id) == [1, 2, 4, 5])
        #expect(try store.quarantineFigures().lostForRoom == 0)
        try save(store, [makeQuarantined(6), makeQuarantined(7)])
        #expect(
            try store.quarantined(after: 0, standing: nil, limit: 9).map(\.id) == [4, 5, 6, 7])
        #expect(try store.quarantineFigures().lostForRoom == 2)
    }

    @Test func `beyond the bytes the oldest go`() throws {
        var limits = StateStoreLimits()
        limits.quarantineBytesMax = 1000
        let store = try folder.open(limits)
        let large = String(repeating: "x", count: 400)
        for position: Int64 in 1...5 {
            try save(store, [makeQuarantined(position, payload: large)])
        }
        #expect(try store.quarantined(after: 0, standing: nil, limit: 9).map(\.id) == [4, 5])
        let figures = try store.quarantineFigures()
        #expect(figures.lostForRoom == 3)
        #expect(figures.bytes <= 1000)
    }

    @Test func `messages wait for being decoded again by number, source or all`() throws {
        let store = try folder.open()
        var other = makeQuarantined(4)
        other.source = "skoda"
        try save(store, [makeQuarantined(1), makeQuarantined(2), makeQuarantined(3), other])
        _ = try store.setQuarantine(id: 3, standing: .dropped)
        #expect(try store.requestRetry(.message(2)) == [2])
        #expect(try store.requestRetry(.message(2)).isEmpty, "asked for already")
        #expect(try store.requestRetry(.message(99)).isEmpty)
        #expect(try store.requestRetry(.source("skoda")) == [4])
        #expect(try store.quarantined(after: 0, standing: .retry, limit: 9).map(\.id) == [2, 4])
        #expect(try store.requestRetry(.everything) == [1])
        try store.setQuarantine([1, 4], standing: .retried)
        let figures = try store.quarantineFigures()
        #expect((figures.open, figures.retry, figures.retried, figures.dropped) == (0, 1, 2, 1))
    }

    @Test func `what came with a message is kept with it`() throws {
        let store = try folder.open()
        var message = makeQuarantined(1)
        message.flags = MessageFlags(qualityOfService: 1, isRetained: true, isDuplicate: false)
        try save(store, [message])
        #expect(try store.quarantined(id: 1)?.message == message)
    }

    @Test func `one that somebody asked for does not go before settled ones`() throws {
        var limits = StateStoreLimits()
        limits.quarantineCountMax = 3
        let store = try folder.open(limits)
        try save(store, (1...3).map { makeQuarantined($0) })
        _ = try store.requestRetry(.message(1))
        _ = try store.setQuarantine(id: 3, standing: .retried)
        try save(store, [makeQuarantined(4)])
        #expect(try store.quarantined(after: 0, standing: nil, limit: 9).map(\.id) == [1, 2, 4])
        try save(store, [makeQuarantined(5)])
        #expect(try store.quarantineFigures().lostForRoom == 1)
    }

    @Test func `what is too old goes, from the disk too, and what still waited is counted`() throws
    {
        let store = try folder.open()
        try save(store, (1...4).map { makeQuarantined($0, payload: "SECRET\($0)") })
        _ = try store.setQuarantine(id: 1, standing: .dropped)
        #expect(try store.removeQuarantined(arrivedBefore: Timestamp(milliseconds: 30)) == 2)
        #expect(try store.quarantined(after: 0, standing: nil, limit: 9).map(\.id) == [3, 4])
        #expect(try store.quarantineFigures().lostForAge == 1)
        #expect(try !folder.holds("SECRET1") && !folder.holds("SECRET2"))
        #expect(try folder.holds("SECRET3"))
        #expect(try store.removeQuarantined(arrivedBefore: Timestamp(milliseconds: 30)) == 0)
    }
}
