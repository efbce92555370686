internal import CMosquitto
internal import Glibc

/// Wakes a link's thread out of its waiting, from any other thread.
final class WakeSignal: Sendable {
    private let descriptor: Int32

    struct Readiness: OptionSet {
        let rawValue: UInt8
        static let readable = Readiness(rawValue: 1)
        static let writable = Readiness(rawValue: 2)
        static let woken = Readiness(rawValue: 4)
    }

    /// `nil` when the process has no descriptor left.
    init?() {
        descriptor = turnpike_eventfd()
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Ends the present or the next wait.
    func raise() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) wakes as well.
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Forgets what was raised so far.
    func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Waits for the socket, the signal or the time, whichever comes first.
    /// - Parameter socket: −1 waits for signal and time only.
    func wait(
        socket: Int32, forWriting: Bool, forReading: Bool = true, atMost limit: Duration,
        wakeable: Bool = true
    ) -> Readiness {
        let events = (forReading ? Int16(POLLIN) : 0) | (forWriting ? Int16(POLLOUT) : 0)
        // poll skips negative descriptors.
        var polled: [2 of pollfd] = [
            pollfd(fd: socket, events: events, revents: 0),
            pollfd(fd: wakeable ? descriptor : -1, events: Int16(POLLIN), revents: 0),
        ]
        // Whole milliseconds, upwards: a short wait must not become none.
        let (seconds, attoseconds) = max(limit, .zero).components
        let milliseconds =
            min(seconds, 86_400) * 1000 + (attoseconds + 999_999_999_999_999)
            / 1_000_000_000_000_000
        var span = polled.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { places in
            unsafe poll(places.baseAddress, 2, Int32(milliseconds))
        }
        guard count > 0 else { return [] }
        var readiness: Readiness = []
        // An error or hang-up is met by reading or writing, so it counts as readiness for both.
        let broken = Int16(POLLERR | POLLHUP | POLLNVAL)
        if polled[0].revents & (Int16(POLLIN) | broken) != 0 { readiness.insert(.readable) }
        if polled[0].revents & (Int16(POLLOUT) | broken) != 0 { readiness.insert(.writable) }
        if polled[1].revents != 0 { readiness.insert(.woken) }
        return readiness
    }

    /// Waits for the time only; `true` if the signal cut it short.
    @discardableResult
    func pause(_ time: Duration) -> Bool {
        wait(socket: -1, forWriting: false, atMost: time).contains(.woken)
    }
}
