public import VehicleSignals

/// Where a topic leads: the source, its template, and the places in the topic that name vehicle
/// and field. Offsets count bytes of the topic; a length of 0 means "not named here".
public struct Route: Sendable, BitwiseCopyable, Equatable {
    public var source: SourceID
    /// Index into the compiled templates of all sources.
    public var template: UInt16
    public var vehicleOffset: UInt16
    public var vehicleLength: UInt16
    public var fieldOffset: UInt16
    public var fieldLength: UInt16

    init(source: SourceID, template: Int) {
        self.source = source
        self.template = UInt16(template)
        vehicleOffset = 0
        vehicleLength = 0
        fieldOffset = 0
        fieldLength = 0
    }
}

/// Where a message names its vehicle, for the telemetry gate and the registry.
public struct VehicleName: Sendable, BitwiseCopyable, Equatable {
    /// The name lies in the payload; otherwise in the topic.
    public var isInPayload: Bool
    public var offset: Int
    public var length: Int
}
