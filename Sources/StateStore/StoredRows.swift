public import VehicleSignals

/// What a vehicle did on one day, of whatever sources.
public struct VehicleDayRow: Sendable, Hashable {
    public var vehicle: VehicleKey
    /// In the vehicle's own time zone.
    public var day: Day
    /// Distance driven, in metres.
    public var metres: Int64
    public var isDriven: Bool
    /// Believed odometer at the first and last reading of the day, in metres.
    public var firstOdometer: Int64?
    public var lastOdometer: Int64?
    /// Journal position of the last message that went into it.
    public var position: JournalPosition

    public init(
        vehicle: VehicleKey, day: Day, metres: Int64, isDriven: Bool, firstOdometer: Int64?,
        lastOdometer: Int64?, position: JournalPosition
    ) {
        self.vehicle = vehicle
        self.day = day
        self.metres = metres
        self.isDriven = isDriven
        self.firstOdometer = firstOdometer
        self.lastOdometer = lastOdometer
        self.position = position
    }
}

/// What a stateful format remembers of one sender. Bytes and format are its owner's.
public struct SessionRow: Sendable, Hashable {
    public var source: String
    public var sender: [UInt8]
    public var format: UInt32
    /// Empty: nothing any more; the stored row is removed.
    public var bytes: [UInt8]
    /// Says which of two was used later.
    public var order: UInt64

    public init(source: String, sender: [UInt8], format: UInt32, bytes: [UInt8], order: UInt64) {
        self.source = source
        self.sender = sender
        self.format = format
        self.bytes = bytes
        self.order = order
    }
}

/// A name that leads to no vehicle yet, with the number under which its state is kept apart.
public struct UnlinkedName: Sendable, Hashable {
    /// From ``VehicleKey/firstUnlinked`` upwards.
    public var number: VehicleKey
    public var source: String
    /// As the source writes it; any bytes.
    public var externalID: [UInt8]
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp

    public init(
        number: VehicleKey, source: String, externalID: [UInt8], firstSeen: Timestamp,
        lastSeen: Timestamp
    ) {
        self.number = number
        self.source = source
        self.externalID = externalID
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}
