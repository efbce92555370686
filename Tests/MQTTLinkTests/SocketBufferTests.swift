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

    /// Writes single bytes until no more are taken.
    private func fill(_ file: Int32, _ byte: UInt8) {
        while give(file, [byte]) == 1 {}
        #expect(errno == EAGAIN)
    }

    private func drain(_ file: Int32) {
        while let piece = take(file, 1 << 16), !piece.isEmpty {}
    }

    @Test func `only the wake-up pair that nobody reads is kept from the system when it is full`() {
        let pair = Pair()
        defer { pair.close() }
        #expect(turnpike_socket_buffer(pair.near) == 0)
        // Somebody reads a pipe, and it takes more then.
        var ends: [Int32] = [0, 0]
        precondition(unsafe pipe(&ends) == 0, "the system has pipes")
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        fill(ends[1], 0)
        drain(ends[0])
        #expect(give(ends[1], [0]) == 1)
        // So it is with a pair of sockets that carries more than zeros.
        let talk = Pair()
        fill(talk.near, 7)
        drain(talk.far)
        #expect(give(talk.near, [0]) == 1)
        // What looks like libmosquitto's own is not tried again, until the connection is another.
        let wake = Pair()
        fill(wake.near, 0)
        drain(wake.far)
        #expect(give(wake.near, [0]) == -1 && errno == EAGAIN)
        #expect(give(wake.near, [0, 0]) == 2)
        #expect(turnpike_socket_buffer(pair.near) == 0)
        #expect(give(wake.near, [0]) == 1)
        for file in ends + [talk.near, talk.far, wake.near, wake.far] { _ = close(file) }
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
