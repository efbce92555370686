internal import Glibc

/// A second descriptor of a connection that is being closed, to see the other side close it.
final class Farewell {
    private let descriptor: Int32

    /// How long the broker may take to read what was sent to it last.
    private static let patience: Duration = .seconds(3)

    /// `nil` without a free descriptor: then nobody waits.
    init?(socket: Int32) {
        descriptor = dup(socket)
        if descriptor < 0 { return nil }
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Reads and forgets until the other side has closed, or patience ends.
    func awaitEnd(wake: WakeSignal) {
        var rest: [256 of UInt8] = .init(repeating: 0)
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            if remaining <= .zero { return }
            let readiness = wake.wait(
                socket: descriptor, forWriting: false, atMost: remaining, wakeable: false)
            guard readiness.contains(.readable) else { continue }
            var span = rest.mutableSpan
            let count = unsafe span.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return }
        }
    }
}
