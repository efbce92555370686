import VehicleSignals

/// Who a vehicle is, apart from what it does.
public struct VehicleIdentity: Sendable {
    /// Place in the fleet, from 0.
    public var index: Int
    /// 17 characters with a valid check digit; `nil` for the few that are known by device only.
    public var vin: String?
    /// The id in the topic: the VIN, or a device's id.
    public var topicID: String
    public var make: Make
    /// Model year, 2016…2025.
    public var modelYear: Int
    /// `ICE`, `HEV`, `PHEV` or `BEV`.
    public var powertrain: String
    public var plate: String
    /// Main edition of VSS in which the vehicle speaks: 4, 5 or 6.
    public var edition: Int
    /// Odometer at the start of the simulated time, in metres.
    public var odometerAtStart: Int64

    /// A make-believe brand and model with a make-believe manufacturer identifier. A simulated
    /// fleet has no place in a gateway that serves real vehicles.
    public struct Make: Sendable, Equatable {
        public var manufacturer: String
        public var brand: String
        public var model: String
        public var powertrains: [String]
    }

    static let makes = [
        Make(manufacturer: "XF1", brand: "Halden", model: "Fjord", powertrains: ["ICE", "HEV"]),
        Make(manufacturer: "XF1", brand: "Halden", model: "Tind", powertrains: ["ICE", "PHEV"]),
        Make(manufacturer: "XF2", brand: "Meridian", model: "Aster", powertrains: ["BEV"]),
        Make(manufacturer: "XF2", brand: "Meridian", model: "Lumen", powertrains: ["HEV", "BEV"]),
    ]

    /// The brands of the simulated makes.
    public static var brands: [String] { ["Halden", "Meridian"] }

    init(seed: UInt64, index: Int) {
        var draw = Draw(seed: seed, vehicle: index, question: .identity)
        self.index = index
        make = Self.makes[draw.whole(0...Self.makes.count - 1)]
        modelYear = draw.whole(2016...2025)
        powertrain = make.powertrains[draw.whole(0...make.powertrains.count - 1)]
        let plain = Self.vin(
            make.manufacturer, describing: String(make.model.uppercased().prefix(2)),
            modelYear: modelYear, number: index, seed: seed)
        if draw.chance(0.03) {
            vin = nil
            topicID = "dev-" + padded(index, 6)
        } else {
            vin = plain
            topicID = plain
        }
        plate = "SIM-" + padded(index, 6)
        edition = draw.chance(0.8) ? 6 : draw.whole(4...5)
        let years = Double(2026 - modelYear)
        odometerAtStart = Int64(draw.between(6_000, 16_000) * max(years, 0.7)) * 1000
    }

    private static func vin(
        _ manufacturer: String, describing: String, modelYear: Int, number: Int, seed: UInt64
    ) -> String {
        let years = Array("GHJKLMNPRS")  // 2016…2025
        let letters = Array("ABCDEFGHJKLMNPRSTUVWXYZ")
        let fleet = letters[Int(seed % 23)]
        let safe = String(describing.map { "IOQ".contains($0) ? "Y" : $0 })
        let front = manufacturer + safe + "SM" + String(fleet)
        let back = String(years[modelYear - 2016]) + "T" + padded(number, 6)
        // Position 9 is the check digit: the one of eleven that makes the VIN agree with itself.
        for digit in "0123456789X" {
            if let vin = try? VIN(front + String(digit) + back), vin.hasValidCheckDigit {
                return vin.text
            }
        }
        preconditionFailure("one of the eleven check digits fits every row of characters")
    }
}

/// A whole number with leading zeros.
func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
