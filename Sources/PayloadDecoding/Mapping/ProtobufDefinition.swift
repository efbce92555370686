/// What a topic's Protocol Buffers messages are.
public enum ProtobufContent: Sendable, Equatable {
    /// `Payload` of Tesla's fleet-telemetry: its fields by the names that its JSON has, as with
    /// one field a topic; the vehicle and the time stand in the payload.
    case teslaPayload(DocumentMapping)
    /// `VehicleData` or `LastKnownStateData` of the AWS IoT FleetWise edge agent.
    case fleetWise(FleetWiseDefinition)
    /// `LastKnownState` of FleetWise's cloud: signals by name; a path is one name. What stands here
    /// goes before what the name says itself: names that are paths of the catalogue need no
    /// mapping.
    case lastKnownState(DocumentMapping)
    /// Sparkplug B.
    case sparkplug(SparkplugDefinition)
}

/// What the messages of a FleetWise fleet need to be read.
public struct FleetWiseDefinition: Sendable, Equatable {
    public enum Message: Sendable, CaseIterable {
        /// What a campaign collects.
        case vehicleData
        /// `LastKnownStateData`: the newest values of the signals of state templates.
        case lastKnownState
    }

    public enum Compression: String, Sendable, CaseIterable {
        /// Looks at each payload: a `VehicleData` is taken as it is and all else unpacked; with
        /// last known states what unpacks is a block, and all else taken as it is. Bytes that are
        /// neither have the error of what they look like by their beginning.
        case auto
        /// Every message is a Snappy block.
        case on
        /// No message is.
        case off
    }

    public var message: Message
    /// By the sync id that messages name what the numbers of their signals mean: a decoder
    /// manifest's, or with last known states a state template's. A field's path is the number of
    /// its signal, or `dtc` for the active trouble codes, which only `VehicleData` has.
    public var manifests: [String: DocumentMapping]
    public var compression: Compression

    public init(
        message: Message = .vehicleData, manifests: [String: DocumentMapping],
        compression: Compression = .auto
    ) {
        self.message = message
        self.manifests = manifests
        self.compression = compression
    }
}

/// How a site uses Sparkplug B. Which part of the topic names the vehicle is told by the template:
/// `spBv1.0/{+}/{+}/{vehicle}` and `spBv1.0/{+}/{+}/{vehicle}/{+}` where an edge node is one,
/// `spBv1.0/{+}/{+}/{+}/{vehicle}` where a device is; then `spBv1.0/{+}/{+}/{+}` is needed too,
/// for the births of the edge nodes.
public struct SparkplugDefinition: Sendable, Equatable {
    /// Metrics by name; a path is one name. What stands here goes before what the name says
    /// itself: names that are paths of the catalogue, with dots or slashes, need no mapping.
    public var mapping: DocumentMapping
    /// After a gap in the sequence a birth may have been missed, and what an alias means may have
    /// changed with it. `false`: metrics that only an alias names are not taken until the next
    /// birth.
    public var keepsAliasesAfterGap: Bool
    /// Whether the gateway may ask an edge node for its births.
    public var allowsRebirthRequests: Bool

    public init(
        mapping: DocumentMapping = DocumentMapping(fields: []), keepsAliasesAfterGap: Bool = false,
        allowsRebirthRequests: Bool = false
    ) {
        self.mapping = mapping
        self.keepsAliasesAfterGap = keepsAliasesAfterGap
        self.allowsRebirthRequests = allowsRebirthRequests
    }
}
