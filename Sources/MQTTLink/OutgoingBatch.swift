/// Messages on their way from many callers to the publisher's thread, as one run of bytes: each
/// message is its topic, a NUL, and its payload. Two of them swap roles, so that in the steady
/// state nothing is allocated.
struct OutgoingBatch {
    struct Entry {
        var topicOffset: Int
        var payloadOffset: Int
        var payloadLength: Int
        var quality: DeliveryQuality
        var isRetained: Bool
        /// Index into ``confirmations``; −1 if nobody waits for this one.
        var confirmation: Int
    }

    typealias Confirmation = @Sendable (Result<Void, PublishError>) -> Void

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []
    private(set) var confirmations: [Confirmation] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func append(
        topic: String, payload: RawSpan, quality: DeliveryQuality, isRetained: Bool,
        confirmation: Confirmation?
    ) {
        let topicOffset = bytes.count
        bytes.append(contentsOf: topic.utf8)
        bytes.append(0)
        let payloadOffset = bytes.count
        unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        if let confirmation { confirmations.append(confirmation) }
        entries.append(
            Entry(
                topicOffset: topicOffset, payloadOffset: payloadOffset,
                payloadLength: payload.byteCount, quality: quality, isRetained: isRetained,
                confirmation: confirmation == nil ? -1 : confirmations.count - 1))
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        confirmations.removeAll(keepingCapacity: true)
    }

    /// Hands one message to `client`.
    /// - Returns: libmosquitto's number for it and its result code.
    func hand(_ entry: Entry, to client: MosquittoClient) -> (identifier: Int32, code: Int32) {
        unsafe bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return (0, 0) }
            let topic = unsafe (base + entry.topicOffset).assumingMemoryBound(to: CChar.self)
            let payload = unsafe UnsafeRawBufferPointer(
                start: base + entry.payloadOffset, count: entry.payloadLength)
            return unsafe client.publish(
                topic: topic, payload: payload, quality: entry.quality.rawValue,
                isRetained: entry.isRetained)
        }
    }
}
