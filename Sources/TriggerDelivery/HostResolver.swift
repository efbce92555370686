import Dispatch
import Glibc
import Synchronization

/// Finds the addresses of a name; the runner's own uses the system's, a test its table.
public protocol HostResolver: Sendable {
    /// All addresses, best first. Throws ``HostLookupError``, or `CancellationError`.
    func addresses(of host: String) async throws -> [IPAddress]
}

/// Why a name has no address now.
public enum HostLookupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's words for it.
    case failed(String)
    /// ``SystemResolver/lookupsMax`` lookups are running already.
    case busy

    public var description: String {
        switch self {
        case .failed(let reason): "the name cannot be resolved: \(reason)"
        case .busy: "too many name lookups are waiting for an answer"
        }
    }
}

/// Asks the system's resolver, on threads of its own since that call cannot be interrupted: whoever
/// asks stops waiting when cancelled, the call itself ends when the system gives up.
public final class SystemResolver: HostResolver {
    /// Lookups under way at once; a name server that does not answer holds no more threads.
    public static let lookupsMax = 16

    private let running = Mutex(0)
    private let queue = DispatchQueue(label: "turnpike.delivery.lookup", attributes: .concurrent)

    public init() {}

    public func addresses(of host: String) async throws -> [IPAddress] {
        let admitted = running.withLock { count in
            guard count < Self.lookupsMax else { return false }
            count += 1
            return true
        }
        guard admitted else { throw HostLookupError.busy }
        let answer = OneShot<Result<[IPAddress], HostLookupError>>()
        queue.async { [self] in
            answer.put(Result { () throws(HostLookupError) in try lookUp(host) })
            running.withLock { $0 -= 1 }
        }
        return try await answer.value().get()
    }
}

/// The blocking call. The only place of this room that touches C; the list it walks is the C
/// library's own, freed before the function returns.
private func lookUp(_ host: String) throws(HostLookupError) -> [IPAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { throw .failed(unsafe String(cString: gai_strerror(code))) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let address = unsafe address(of: entry.pointee), !addresses.contains(address) {
            addresses.append(address)
        }
        unsafe next = entry.pointee.ai_next
    }
    return addresses
}

private func address(of entry: addrinfo) -> IPAddress? {
    guard let raw = unsafe UnsafeRawPointer(entry.ai_addr) else { return nil }
    switch unsafe entry.ai_family {
    case AF_INET:
        let words = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
        return .v4(UInt32(bigEndian: words))
    case AF_INET6:
        let at = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
        let high = unsafe raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        let low = unsafe raw.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
        return .v6(UInt64(bigEndian: high), UInt64(bigEndian: low))
    default: return nil
    }
}
