internal import CMosquitto
internal import CSocketBuffer
internal import Glibc

/// libmosquitto's client as a Swift object: every call of the C library is in this file and in
/// `MosquittoCallbacks.swift`. Confined to one thread at a time.
///
/// The client is told that threads drive it (`mosquitto_threaded_set`) while none of its own is
/// started: only then does it queue what it wants to send, acknowledgements above all, until
/// ``write()``. Left to itself it acknowledges before it shows the message.
@safe
final class MosquittoClient {
    private let client: OpaquePointer
    private let configuration: MQTTConnectionConfiguration
    private var hasConnectProperties = false
    /// The connection is being ended: what libmosquitto may still read is none of our messages.
    private(set) var isCut = false
    /// `MOSQ_ERR_…` and errno of the last call that failed.
    private(set) var failure: (code: Int32, errno: Int32) = (0, 0)

    private static let initCode = mosquitto_lib_init()

    init(_ configuration: MQTTConnectionConfiguration) throws(MQTTConfigurationMistake) {
        guard Self.initCode == 0,
            let client = unsafe mosquitto_new(
                configuration.clientIdentifier, configuration.cleanStart, nil)
        else { throw .system("libmosquitto could not be set up") }
        self.configuration = configuration
        unsafe self.client = client
        unsafe mosquitto_threaded_set(client, true)
        unsafe mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
        unsafe mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
        unsafe mosquitto_int_option(
            client, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(configuration.receiveMaximum))
        if let username = configuration.username {
            unsafe mosquitto_username_pw_set(client, username, configuration.password)
        }
        if let will = configuration.lastWill {
            unsafe mosquitto_will_set(
                client, will.topic, Int32(will.payload.count), will.payload,
                Int32(will.quality.rawValue), will.isRetained)
        }
        if let tls = configuration.tls { try encrypt(tls) }
    }

    deinit { unsafe mosquitto_destroy(client) }

    private func encrypt(
        _ tls: MQTTConnectionConfiguration.TLS
    ) throws(MQTTConfigurationMistake) {
        var code: Int32 = 0
        var folder = tls.authorityFolder
        if tls.authorityFile == nil, folder == nil {
            unsafe mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1)
            // libmosquitto takes no client certificate without a place of authorities, so it gets
            // one of those that the system has anyway.
            folder = "/etc/ssl/certs"
        }
        code = unsafe mosquitto_tls_set(
            client, tls.authorityFile, folder, tls.certificateFile, tls.privateKeyFile,
            // A key with a password: OpenSSL would ask for it on the terminal, and wait.
            { _, _, _, _ in 0 })
        // 1 is OpenSSL's SSL_VERIFY_PEER; no version named means TLS 1.2 and later.
        if code == 0 { code = unsafe mosquitto_tls_opts_set(client, 1, nil, nil) }
        if code == 0 {
            code = unsafe mosquitto_tls_insecure_set(client, tls.insecure && tls.permitsInsecure)
        }
        if code != 0 {
            let text = unsafe String(cString: mosquitto_strerror(code))
            throw .system("TLS: \(text)")
        }
    }

    /// Sends all events to `session`, which must live as long as this client drives packets.
    func report(to session: LinkSession) {
        unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(session).toOpaque())
        unsafe MosquittoCallbacks.install(on: client)
    }

    /// Log lines explain failed connections; while messages flow each would cost a formatted line.
    func setLogging(_ isOn: Bool) {
        unsafe mosquitto_log_callback_set(client, isOn ? MosquittoCallbacks.log : nil)
    }

    /// Opens the socket and queues CONNECT. Blocks for as long as the system takes to connect.
    func connect() -> Bool {
        // What was left of the last connection is none of this one's business, whose socket may
        // have the same number.
        forgetBuffer()
        isCut = false
        let code: Int32
        errno = 0
        if hasConnectProperties {
            code = unsafe mosquitto_reconnect(client)
        } else {
            var properties: OpaquePointer?
            defer { unsafe mosquitto_property_free_all(&properties) }
            unsafe mosquitto_property_add_int32(
                &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue),
                configuration.sessionExpirySeconds)
            code = unsafe mosquitto_connect_bind_v5(
                client, configuration.host, Int32(configuration.port),
                Int32(configuration.keepAliveSeconds), nil, properties)
            hasConnectProperties = true
        }
        return note(code, errno)
    }

    /// −1 without a connection.
    var socket: Int32 { unsafe mosquitto_socket(client) }
    var wantsWrite: Bool { unsafe mosquitto_want_write(client) }

    /// From now on reads and writes through a buffer, not byte by byte and acknowledgement by
    /// acknowledgement; until ``cut()`` or the next ``connect()``. For a caller that reads until
    /// ``read()`` says that nothing is left before it waits for the socket, and that ends its
    /// writing with ``sendBuffered()``. TLS has buffers of its own.
    func useBuffer() {
        guard configuration.tls == nil, socket >= 0 else { return }
        _ = turnpike_socket_buffer(socket)
    }

    var isBuffered: Bool { turnpike_socket_is_buffered() != 0 }
    /// Whether something was read ahead that nobody has taken yet: no socket tells of it.
    var holdsInput: Bool { turnpike_socket_has_input() != 0 }

    private func forgetBuffer() { _ = turnpike_socket_buffer(-1) }

    /// Sends what was written into the buffer.
    /// - Returns: whether the connection stands, and whether all of it is sent.
    func sendBuffered() -> (succeeded: Bool, isDone: Bool) {
        guard isBuffered else { return (true, true) }
        errno = 0
        let left = turnpike_socket_send()
        let error = errno
        return (note(left < 0 ? Int32(MOSQ_ERR_ERRNO.rawValue) : 0, error), left == 0)
    }

    /// Takes one packet (with TLS the rest of the record too).
    /// - Returns: whether all went well, and whether the socket had no more to give.
    func read() -> (succeeded: Bool, isEmpty: Bool) {
        var isEmpty: Int32 = 0
        var error: Int32 = 0
        let code = unsafe turnpike_mosquitto_read(client, &isEmpty, &error)
        return (note(code, error), isEmpty != 0)
    }

    /// Writes as much of the queue as the socket takes.
    func write() -> Bool {
        var error: Int32 = 0
        let code = unsafe turnpike_mosquitto_write(client, &error)
        return note(code, error)
    }

    /// Queues a ping when the keep-alive asks for one; fails when the broker has been silent.
    func keepAlive() -> Bool { note(unsafe mosquitto_loop_misc(client), errno) }

    func cork(_ isOn: Bool) {
        let socket = socket
        // Only a matter of speed: a socket that cannot be corked still writes.
        if socket >= 0 { _ = turnpike_cork(socket, isOn ? 1 : 0) }
    }

    /// Queues a subscription; its number, or `nil` if libmosquitto did not take it.
    func subscribe(_ subscription: MQTTSubscription) -> Int32? {
        var identifier: Int32 = 0
        let code = unsafe mosquitto_subscribe_v5(
            client, &identifier, subscription.wireFilter,
            Int32(subscription.quality.rawValue), subscription.optionBits, nil)
        return note(code, 0) ? identifier : nil
    }

    /// Queues the end of a subscription.
    func unsubscribe(_ subscription: MQTTSubscription) -> Bool {
        note(unsafe mosquitto_unsubscribe_v5(client, nil, subscription.wireFilter, nil), 0)
    }

    /// Queues a publication.
    /// - Parameter topic: ends with a NUL.
    /// - Returns: its number, or the `MOSQ_ERR_…` code.
    func publish(
        topic: UnsafePointer<CChar>, payload: UnsafeRawBufferPointer, quality: UInt8,
        isRetained: Bool
    ) -> (identifier: Int32, code: Int32) {
        var identifier: Int32 = 0
        let code = unsafe mosquitto_publish_v5(
            client, &identifier, topic, Int32(payload.count), payload.baseAddress,
            Int32(quality), isRetained, nil)
        return (identifier, code)
    }

    /// Queues DISCONNECT; the broker then keeps the session and drops the last will.
    ///
    /// libmosquitto closes the socket as soon as it has written it, so it goes to the socket
    /// itself; what was read ahead was never acknowledged and comes again.
    func sayGoodbye() {
        forgetBuffer()
        _ = unsafe mosquitto_disconnect_v5(client, 0, nil)
    }

    /// Ends the connection without writing what is queued: nothing more is acknowledged.
    func cut() {
        isCut = true
        forgetBuffer()
        let socket = socket
        guard socket >= 0 else { return }
        shutdown(socket, Int32(SHUT_RDWR))
        _ = read()
    }

    private func note(_ code: Int32, _ error: Int32) -> Bool {
        if code != 0 { failure = (code, error) }
        return code == 0
    }

    func forgetFailure() { failure = (0, 0) }
}
