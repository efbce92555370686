internal import CMosquitto
internal import Glibc
internal import VehicleSignals

/// The C functions that libmosquitto calls, each passing on to the session behind the user data.
/// One of this room's files that say `unsafe`: pointers handed in are valid during the call.
enum MosquittoCallbacks {
    static func install(on client: OpaquePointer) {
        unsafe mosquitto_connect_v5_callback_set(client, connected)
        unsafe mosquitto_disconnect_v5_callback_set(client, disconnected)
        unsafe mosquitto_message_callback_set(client, message)
        unsafe mosquitto_publish_v5_callback_set(client, published)
        unsafe mosquitto_subscribe_v5_callback_set(client, subscribed)
    }

    private static func session(_ userData: UnsafeMutableRawPointer?) -> LinkSession? {
        guard let userData = unsafe userData else { return nil }
        return unsafe Unmanaged<LinkSession>.fromOpaque(userData).takeUnretainedValue()
    }

    private static let message:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<mosquitto_message>?
        ) -> Void = { _, userData, message in
            guard let session = unsafe session(userData), let message = unsafe message,
                let topic = unsafe message.pointee.topic
            else { return }
            let length = unsafe strlen(topic)
            let topicBytes = unsafe UnsafeRawBufferPointer(start: topic, count: length)
            let payload = unsafe UnsafeRawBufferPointer(
                start: message.pointee.payload, count: Int(message.pointee.payloadlen))
            unsafe session.deliver(
                topic: topicBytes.bytes, payload: payload.bytes,
                flags: MessageFlags(
                    qualityOfService: Int(message.pointee.qos),
                    isRetained: message.pointee.retain, isDuplicate: false))
        }

    private static let connected:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, Int32, OpaquePointer?
        ) -> Void = { _, userData, reason, flags, properties in
            guard let session = unsafe session(userData) else { return }
            var answer = ConnectAnswer(reason: Int(reason), sessionPresent: flags & 1 != 0)
            unsafe read(properties, into: &answer)
            session.answered(answer)
        }

    private static let disconnected:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, OpaquePointer?
        ) -> Void = { _, userData, reason, _ in
            unsafe session(userData)?.disconnected(reason: Int(reason))
        }

    private static let published:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, Int32, OpaquePointer?
        ) -> Void = { _, userData, identifier, reason, _ in
            unsafe session(userData)?.published(identifier: identifier, reason: Int(reason))
        }

    private static let subscribed:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, Int32, UnsafePointer<Int32>?,
            OpaquePointer?
        ) -> Void = { _, userData, identifier, count, granted, _ in
            // One filter a packet is all that this room sends.
            guard let granted = unsafe granted, count > 0 else { return }
            unsafe session(userData)?.subscribed(identifier: identifier, reason: Int(granted[0]))
        }

    static let log:
        @convention(c) (
            OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?
        ) -> Void = { _, userData, level, line in
            guard level & Int32(MOSQ_LOG_ERR | MOSQ_LOG_WARNING) != 0, let line = unsafe line else {
                return
            }
            unsafe session(userData)?.logged(String(cString: line))
        }

    private static func read(_ properties: OpaquePointer?, into answer: inout ConnectAnswer) {
        guard let properties = unsafe properties else { return }
        answer.receiveMaximum = unsafe int16(properties, MQTT_PROP_RECEIVE_MAXIMUM)
        answer.serverKeepAliveSeconds = unsafe int16(properties, MQTT_PROP_SERVER_KEEP_ALIVE)
        answer.packetBytesMax = unsafe int32(properties, MQTT_PROP_MAXIMUM_PACKET_SIZE)
        answer.sessionExpirySeconds = unsafe int32(properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL)
        answer.qualityOfServiceMax = unsafe byte(properties, MQTT_PROP_MAXIMUM_QOS)
        answer.retainAvailable = unsafe byte(properties, MQTT_PROP_RETAIN_AVAILABLE) != 0
        answer.wildcardsAvailable = unsafe byte(properties, MQTT_PROP_WILDCARD_SUB_AVAILABLE) != 0
        answer.sharedAvailable = unsafe byte(properties, MQTT_PROP_SHARED_SUB_AVAILABLE) != 0
        var text: UnsafeMutablePointer<CChar>?
        unsafe mosquitto_property_read_string(
            properties, Int32(MQTT_PROP_REASON_STRING.rawValue), &text, false)
        if let found = unsafe text {
            answer.reasonText = unsafe String(cString: found)
            unsafe free(found)
        }
    }

    private static func byte(_ properties: OpaquePointer, _ name: mqtt5_property) -> Int? {
        var value: UInt8 = 0
        let found = unsafe mosquitto_property_read_byte(
            properties, Int32(name.rawValue), &value, false)
        return unsafe found == nil ? nil : Int(value)
    }

    private static func int16(_ properties: OpaquePointer, _ name: mqtt5_property) -> Int? {
        var value: UInt16 = 0
        let found = unsafe mosquitto_property_read_int16(
            properties, Int32(name.rawValue), &value, false)
        return unsafe found == nil ? nil : Int(value)
    }

    private static func int32(_ properties: OpaquePointer, _ name: mqtt5_property) -> Int? {
        var value: UInt32 = 0
        let found = unsafe mosquitto_property_read_int32(
            properties, Int32(name.rawValue), &value, false)
        return unsafe found == nil ? nil : Int(value)
    }
}
