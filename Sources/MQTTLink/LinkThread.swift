internal import CMosquitto
internal import Glibc

/// A thread of one's own for a connection: libmosquitto blocks, and the pool of Swift's
/// concurrency must not. One of this room's files that say `unsafe`.
enum LinkThread {
    private final class Entry {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread; `false` if the system has none left.
    /// - Parameter name: shown by `top -H`; the first 15 bytes of it.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let named: @Sendable () -> Void = {
            _ = unsafe turnpike_name_thread(name)
            body()
        }
        let entry = unsafe Unmanaged.passRetained(Entry(named))
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, entry.toOpaque())
        guard failure == 0 else {
            unsafe entry.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
