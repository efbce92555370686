import PayloadDecoding
import TelemetryPipeline
import TriggerRules
import VehicleSignals

/// Messages of a fleet, laid out in memory before anything is measured: 300 bytes and six signals
/// each, as the publisher in `yardstick/` sends them.
struct MemoryFleet {
    /// How often a vehicle speaks.
    static let passSeconds: Int64 = 60
    /// One vehicle in so many comes within the distance at which a service is due.
    static let vehiclesADueOne = 1_000

    let begin: Timestamp
    let sources: CompiledSources
    let registry: VehicleRegistry
    let vehicles: Int
    private let bytes: [UInt8]
    /// Where each message's topic begins, and one more.
    private let offsets: [Int]
    private let topicBytes: Int

    /// Messages in all.
    var count: Int { offsets.count - 1 }

    init(vehicles: Int, passes: Int) throws {
        self.vehicles = vehicles
        begin = Timestamp(milliseconds: 1_770_102_660_000)
        sources = try CompiledSources(
            definitions: [
                SourceDefinition(
                    name: "native", version: "1",
                    topics: [
                        TopicDefinition(
                            template: try TopicTemplate("vss/{vehicle}/telemetry"),
                            content: .native)
                    ])
            ], catalogue: try Self.catalogue())
        registry = VehicleRegistry(
            vehicles: (0..<vehicles).map { number in
                RegisteredVehicle(
                    key: Self.key(number), gate: .all, zone: 0, facts: VehicleFacts())
            },
            names: (0..<vehicles).map { number in
                RegisteredName(
                    source: SourceID(0), externalID: Array(Self.name(number).utf8),
                    vehicle: Self.key(number))
            }, zones: [.utc])
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        bytes.reserveCapacity(vehicles * passes * 340)
        offsets.reserveCapacity(vehicles * passes + 1)
        let topicBytes = "vss/000000/telemetry".utf8.count
        for pass in 0..<passes {
            for place in 0..<vehicles {
                // A step that shares no factor with the number of vehicles goes round all.
                let number = place * 7_919 % vehicles
                offsets.append(bytes.count)
                bytes.append(contentsOf: "vss/\(Self.name(number))/telemetry".utf8)
                bytes.append(
                    contentsOf: Self.payload(number, pass: pass, begin: begin).utf8)
            }
        }
        offsets.append(bytes.count)
        self.bytes = bytes
        self.offsets = offsets
        self.topicBytes = topicBytes
    }

    /// Hands out topic and payload of a message.
    func withMessage(_ index: Int, _ body: (RawSpan, RawSpan) -> Void) {
        let start = offsets[index]
        let all = unsafe bytes.span.bytes
        body(
            all.extracting(start..<(start + topicBytes)),
            all.extracting((start + topicBytes)..<offsets[index + 1]))
    }

    /// When a message arrives: at the end of its pass.
    func arrival(of index: Int) -> Timestamp {
        begin.advanced(by: .seconds((Int64(index / vehicles) + 1) * Self.passSeconds))
    }

    private static func key(_ number: Int) -> VehicleKey { VehicleKey(UInt32(number + 1)) }

    private static func name(_ number: Int) -> String { padded(number, 6) }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func payload(_ number: Int, pass: Int, begin: Timestamp) -> String {
        let time = begin.advanced(
            by: TimeSpan(
                milliseconds: Int64(pass) * passSeconds * 1_000 + Int64(number % 60_000)))
        let odometer = 20_000_000 + number * 100 + pass * 600
        let distance = number % vehiclesADueOne == 0 ? 1_001 - pass : 3_000 + number % 12_000
        return """
            {"ts":"\(time.rfc3339)","vss":"6.0","signals":{\
            "Vehicle.Speed":\(20 + (number + pass) % 80).5,"Vehicle.TraveledDistance":\(odometer),\
            "Vehicle.Service.DistanceToService":\(distance).0,\
            "Vehicle.Service.TimeToService":\(86_400 * (60 + number % 300)),\
            "Vehicle.LowVoltageBattery.CurrentVoltage":\(13 + number % 2).\(10 + pass % 80),\
            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed":\(90 - pass % 60).5}}
            """
    }

    /// The signals of the house that these messages and the rules use.
    private static func catalogue() throws -> SignalCatalogue {
        func unit(_ name: String) -> Unit { Unit(named: name) ?? .none }
        return try SignalCatalogue([
            SignalDefinition(
                path: "Vehicle.TraveledDistance", datatype: .uint32, unit: unit("m")),
            SignalDefinition(
                path: "Vehicle.Speed", datatype: .float, unit: unit("km/h"), minimum: -250,
                maximum: 500, isForService: false, dataClass: "D5"),
            SignalDefinition(
                path: "Vehicle.Service.DistanceToService", datatype: .float, unit: unit("km")),
            SignalDefinition(
                path: "Vehicle.Service.TimeToService", datatype: .int32, unit: unit("s")),
            SignalDefinition(path: "Vehicle.Service.IsServiceDue", datatype: .boolean),
            SignalDefinition(path: "Vehicle.Diagnostics.DTCList", datatype: .troubleCodes),
            SignalDefinition(
                path: "Vehicle.LowVoltageBattery.CurrentVoltage", datatype: .float,
                unit: unit("V"), minimum: 0, maximum: 60),
            SignalDefinition(
                path: "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed",
                datatype: .float, unit: unit("percent"), minimum: 0, maximum: 100),
        ])
    }
}
