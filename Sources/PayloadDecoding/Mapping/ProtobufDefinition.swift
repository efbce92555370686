/// What a topic's Protocol Buffers messages are.
public enum ProtobufContent: Sendable, Equatable {
    /// `Payload` of Tesla's fleet-telemetry: its fields by the names that its JSON has, as with
    /// one field a topic; the vehicle and the time stand in the payload.
    case teslaPayload(DocumentMapping)
}
