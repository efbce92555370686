extension MessageBatch {
    /// Sets memory aside for so many bytes of topics and payloads and so many messages, so that
    /// filling the batch and sealing it allocate nothing.
    public mutating func reserve(bytes: Int, messages: Int) {
        let each = Self.messageHeaderBytes + 4
        storage.reserveCapacity(Self.headerBytes + bytes + messages * each)
        offsets.reserveCapacity(messages)
    }
}
