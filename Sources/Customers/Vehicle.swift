public import VehicleSignals

/// A vehicle of the registry with the facts that rules, routing and leads need.
public struct Vehicle: Sendable, Hashable {
    public var key: VehicleKey
    /// A vehicle may have none, or one that its maker masks.
    public var vin: VIN?
    /// The marque as explicit data; never guessed from the VIN, since one plant serves several.
    public var brand: String
    public var model: String
    public var modelYear: Int?
    /// `BEV`, `PHEV`, `PETROL`, `DIESEL`… as the importer names it.
    public var powertrain: String
    /// IANA name of the zone that decides which local day a drive belongs to; empty for the
    /// site's own.
    public var timeZone: String
    /// `FLOODED`, `AGM`, `EFB`, `LI`: which resting voltages are normal.
    public var batteryType: String
    public var plate: String?
    public var plan: ServicePlan
    public var gate: TelemetryGate

    public init(
        key: VehicleKey, vin: VIN? = nil, brand: String, model: String, modelYear: Int? = nil,
        powertrain: String = "", timeZone: String = "", batteryType: String = "",
        plate: String? = nil, plan: ServicePlan = ServicePlan(), gate: TelemetryGate = .serviceOnly
    ) {
        self.key = key
        self.vin = vin
        self.brand = brand
        self.model = model
        self.modelYear = modelYear
        self.powertrain = powertrain
        self.timeZone = timeZone
        self.batteryType = batteryType
        self.plate = plate
        self.plan = plan
        self.gate = gate
    }
}

/// The maker's interval and the last service, as far as known.
public struct ServicePlan: Sendable, Hashable {
    public var intervalKilometres: Int32?
    public var intervalDays: Int32?
    public var lastServiceDay: Day?
    public var lastServiceKilometres: Int32?

    public init(
        intervalKilometres: Int32? = nil, intervalDays: Int32? = nil, lastServiceDay: Day? = nil,
        lastServiceKilometres: Int32? = nil
    ) {
        self.intervalKilometres = intervalKilometres
        self.intervalDays = intervalDays
        self.lastServiceDay = lastServiceDay
        self.lastServiceKilometres = lastServiceKilometres
    }
}

/// A name that leads to a vehicle: a device id at a source, a VIN, the importer's own key.
public struct VehicleName: Sendable, Hashable {
    /// Name of a configured source, or one of the two below.
    public var source: String
    public var externalID: String

    public init(source: String, externalID: String) {
        self.source = source
        self.externalID = externalID
    }

    /// The source under which VINs stand.
    public static let vinSource = "vin"
    /// The source under which the keys of imported files stand.
    public static let importSource = "import"
}
