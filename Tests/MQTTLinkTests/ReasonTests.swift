import Foundation
import Glibc
import MQTTLink
import Testing

/// A broker that answers CONNECT with prepared bytes: mosquitto itself gives few reasons.
private final class ScriptedBroker: Sendable {
    let port: Int
    private let listener: Int32

    struct NotListening: Error {}

    /// Takes one connection, waits for its CONNECT, writes `answer`, waits for the end.
    init(answer: [UInt8]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let result = unsafe withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            let generic = unsafe base.assumingMemoryBound(to: sockaddr.self)
            guard unsafe bind(descriptor, generic, length) == 0, listen(descriptor, 1) == 0 else {
                return -1
            }
            return unsafe getsockname(descriptor, generic, &length)
        }
        guard result == 0 else { throw NotListening() }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            let client = accept(descriptor, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 512)
            _ = unsafe read(client, &buffer, 512)
            _ = unsafe write(client, answer, answer.count)
            while unsafe read(client, &buffer, 512) > 0 {}
            close(client)
        }
    }

    deinit { close(listener) }
}

struct ReasonTests {
    /// Code, word.
    private static let connectReasons: [(UInt8, String)] = [
        (1, "protocol version not supported"), (2, "client identifier not valid"),
        (3, "server unavailable"), (4, "bad user name or password"), (5, "not authorised"),
        (128, "unspecified error"), (129, "malformed packet"), (130, "protocol error"),
        (132, "protocol version not supported"), (133, "client identifier not valid"),
        (134, "bad user name or password"), (135, "not authorised"), (136, "server unavailable"),
        (137, "server busy"), (138, "banned"), (140, "bad authentication method"),
        (149, "packet too large"), (151, "quota exceeded"), (154, "retain not supported"),
        (155, "quality of service not supported"), (156, "use another server"),
        (157, "server moved"), (159, "connection rate exceeded"), (200, "unknown reason"),
    ]

    private func refusal(_ answer: [UInt8]) throws -> MQTTRefusal? {
        let broker = try ScriptedBroker(answer: answer)
        var setup = configuration(port: broker.port, client: "reader")
        setup.reconnectDelayMin = .seconds(30)
        setup.reconnectDelayMax = .seconds(30)
        let connection = try MQTTConnection(
            setup, consumer: RecordingConsumer(), clock: wallClock)
        try connection.start()
        let status = connection.wait(atMost: .seconds(20)) { $0.lastRefusal != nil }
        #expect(connection.stop())
        return status?.lastRefusal
    }

    @Test func `each reason for refusing a connection has its word and remedy`() throws {
        for (code, word) in Self.connectReasons {
            let told = try refusal([0x20, 3, 0, code, 0])
            #expect(told?.stage == .connect)
            #expect(told?.word == word)
            // libmosquitto turns the old "version" answer into the new code.
            if code > 5 { #expect(told?.code == Int(code)) }
            #expect(told?.remedy.isEmpty == false)
            #expect(told?.sentence.contains(word) == true)
        }
    }

    @Test func `the broker's own explanation is passed on`() throws {
        // Property 31, reason string, of five bytes.
        let told = try refusal([0x20, 11, 0, 151, 8, 31, 0, 5] + Array("limit".utf8))
        #expect(told?.word == "quota exceeded")
        #expect(told?.detail == "limit")
    }

    @Test func `each reason for ending a connection has its word`() throws {
        for (code, word): (UInt8, String) in [
            (139, "server shutting down"), (141, "keep-alive timeout"),
            (142, "session taken over"), (147, "receive maximum exceeded"),
            (151, "quota exceeded"), (152, "closed by an administrator"),
            (160, "maximum connect time reached"),
        ] {
            let told = try refusal([0x20, 3, 0, 0, 0, 0xE0, 1, code])
            #expect(told?.stage == .session)
            #expect(told?.word == word)
            #expect(told?.code == Int(code))
        }
    }

    @Test func `a listener that says nothing or nonsense is met with words`() throws {
        #expect(try refusal(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)) != nil)
        let broker = try ScriptedBroker(answer: [])
        var setup = configuration(port: broker.port, client: "reader")
        setup.connectTimeout = .milliseconds(200)
        let connection = try MQTTConnection(
            setup, consumer: RecordingConsumer(), clock: wallClock)
        try connection.start()
        let status = connection.wait(atMost: .seconds(20)) { $0.lastRefusal != nil }
        #expect(connection.stop())
        #expect(status?.lastRefusal?.word == "no answer to CONNECT")
    }
}
