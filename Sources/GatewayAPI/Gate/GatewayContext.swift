import Hummingbird
import Logging
import NIOCore

/// What belongs to one request while it is answered.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whom the key speaks for, once the gate has looked at it.
    var caller: Caller?
    /// The other end's address without its port; `nil` in tests without a socket.
    let address: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        caller = nil
        address = source.channel.remoteAddress?.ipAddress
    }

    /// Whether the other end is on this machine.
    var isLoopback: Bool {
        guard let address else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
