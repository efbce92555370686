import CSocketBuffer
import Glibc
import Testing

/// The buffer between libmosquitto and its socket. Each test keeps to one thread, as the buffer is
/// the thread's own.
@Suite(.serialized) struct SocketBufferTests {
    /// Two ends of a connection, both non-blocking.
    struct Pair {
        let near: Int32
        let far: Int32

        init() {
            var ends: [Int32] = [0, 0]
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            precondition(unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0, "the system has sockets")
            near = ends[0]
            far = ends[1]
        }

        func close() {
            _ = turnpike_socket_buffer(-1)
            _ = Glibc.close(near)
            _ = Glibc.close(far)
        }
    }

    private func take(_ socket: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe read(socket, &bytes, count)
        return got < 0 ? nil : Array(bytes.prefix(got))
    }

    private func give(_ socket: Int32, _ bytes: [UInt8]) -> Int {
        unsafe write(socket, bytes, bytes.count)
    }

    @Test func `what came is handed out in the pieces that are asked for`() {
        let pair = Pair()
        defer { pair.close() }
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(take(pair.near, 4) == nil && errno == EAGAIN)
        let sent = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(give(pair.far, sent) == 1000)
        var came: [UInt8] = []
        for size in [1, 1, 1, 300, 2, 695] { came += take(pair.near, size) ?? [] }
        #expect(came == sent)
        #expect(take(pair.near, 1) == nil && errno == EAGAIN)
        // More than is there is no error, and the end of the connection is seen behind the rest.
        #expect(give(pair.far, [1, 2, 3]) == 3)
        #expect(take(pair.near, 50) == [1, 2, 3])
        #expect(give(pair.far, [4]) == 1)
        shutdown(pair.far, Int32(SHUT_RDWR))
        #expect(take(pair.near, 50) == [4])
        #expect(take(pair.near, 50) == [])
    }

    @Test func `what is written leaves when it is sent, and stays while the socket is full`() {
        let pair = Pair()
        defer { pair.close() }
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(turnpike_socket_is_buffered() == 1)
        for number in 0..<100 { #expect(give(pair.near, [0x40, 2, 0, UInt8(number)]) == 4) }
        #expect(take(pair.far, 1000) == nil)
        #expect(turnpike_socket_send() == 0)
        #expect(take(pair.far, 1000)?.count == 400)

        // A socket that takes no more: the buffer fills, then the writer is told to wait.
        var written: [UInt8] = []
        while true {
            let piece = (0..<997).map { UInt8(truncatingIfNeeded: written.count + $0) }
            let taken = give(pair.near, piece)
            if taken < 0 { break }
            written += piece.prefix(taken)
        }
        #expect(errno == EAGAIN)
        #expect(turnpike_socket_send() > 0)
        var came: [UInt8] = []
        while came.count < written.count {
            guard let piece = take(pair.far, 1 << 20), !piece.isEmpty else {
                #expect(turnpike_socket_send() >= 0)
                continue
            }
            came += piece
        }
        #expect(came == written)
        #expect(turnpike_socket_send() == 0)
    }

    @Test func `a lost connection is told, and other files are none of its business`() {
        let pair = Pair()
        let other = Pair()
        defer { pair.close() }
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(give(other.near, [9]) == 1)
        #expect(take(other.far, 5) == [9])
        signal(SIGPIPE, SIG_IGN)
        #expect(give(pair.near, [1, 2, 3]) == 3)
        _ = shutdown(pair.near, Int32(SHUT_RDWR))
        #expect(turnpike_socket_send() == -1)
        other.close()
    }

    @Test func `what the buffers hold is forgotten with the connection`() {
        let pair = Pair()
        defer { pair.close() }
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(give(pair.far, [1, 2, 3, 4]) == 4)
        #expect(take(pair.near, 1) == [1])
        #expect(give(pair.near, [7]) == 1)
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(take(pair.near, 10) == nil)
        #expect(turnpike_socket_send() == 0)
        #expect(take(pair.far, 10) == nil)
        #expect(turnpike_socket_buffer(-1) == 0)
        #expect(turnpike_socket_is_buffered() == 0)
        #expect(give(pair.near, [8]) == 1)
        #expect(take(pair.far, 10) == [8])
    }
}
