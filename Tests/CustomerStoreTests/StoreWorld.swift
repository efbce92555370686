import CustomerStore
import Customers
import Foundation
import VehicleSignals

/// A store in a folder of its own, filled through the same files that people import.
final class StoreWorld {
    let folder: URL
    let options: StoreOptions
    private(set) var store: CustomerStore
    static let start = Timestamp(rfc3339: "2026-03-01T08:00:00Z") ?? .distantPast
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
    let now = StoreWorld.start

    init(options: StoreOptions = StoreOptions()) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("turnpike-customers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.options = options
        store = try CustomerStore(
            path: folder.appendingPathComponent("customers.db").path, options: options)
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.appendingPathComponent("customers.db").path }

    /// A second look at the same file, as another process would have it.
    func another() throws -> CustomerStore { try CustomerStore(path: path, options: options) }

    func reopen() throws {
        try store.close()
        store = try another()
    }

    @discardableResult
    func load(
        _ kind: ImportKind, _ text: String, at time: Timestamp? = nil
    ) throws -> ImportResult {
        try load(kind, bytes: [UInt8](text.utf8), at: time)
    }

    @discardableResult
    func load(
        _ kind: ImportKind, bytes: [UInt8], at time: Timestamp? = nil
    ) throws -> ImportResult {
        let file = folder.appendingPathComponent("\(kind.rawValue).csv")
        try Data(bytes).write(to: file)
        return try store.importCSV(kind: kind, path: file.path, now: time ?? now)
    }

    /// One car of Ann's, serviced by NL-1, with everything that a lead needs.
    static func ready(withEndpoint: Bool = true) throws -> StoreWorld {
        let world = try StoreWorld()
        try world.load(
            .persons,
            """
            person,name,language,phone,email,advisor
            ann,Ann de Vries,nl,+31201234567,ann@example.org,Kees
            bob,Bob Jansen,nl,+31207654321,,
            """)
        try world.load(
            .vehicles,
            """
            vehicle,vin,brand,model,model_year,powertrain,time_zone,plate
            car-1,TMBJG7NX8M0000017,ACME,Wander,2023,BEV,Europe/Amsterdam,AB-12-CD
            """)
        try world.load(
            .dealers,
            """
            dealer,name,brands,time_zone
            NL-1,Garage One,ACME;NORD,Europe/Amsterdam
            NL-2,Garage Two,ACME,Europe/Amsterdam
            """)
        try world.load(.holdings, "vehicle,person,role,from,to\ncar-1,ann,owner,2024-01-01,\n")
        try world.load(.choices, "vehicle,dealer,chosen_at\ncar-1,NL-1,2024-01-02\n")
        try world.load(
            .permissions,
            """
            person,controller,purpose,state,at
            ann,MAKER,P3,Given,2024-01-02
            ann,MAKER,P8,Given,2024-01-02
            """)
        try world.load(
            .agreements,
            """
            manufacturer,dealer,version,purposes,data_classes,valid_from,valid_to
            MAKER,NL-1,1,P3,D1 D2 D6 D10,2024-01-01,
            MAKER,NL-2,1,P3,D1 D2 D6 D10,2024-01-01,
            """)
        if withEndpoint {
            try world.load(
                .endpoints, "dealer,url,secret\nNL-1,https://one.example/hook,\(secret)\n")
        }
        return world
    }

    func key(_ name: String = "car-1") throws -> VehicleKey {
        try store.findVehicles(name).first ?? .unknown
    }

    func firing(
        _ deed: FiringDeed = .open, code: String = "SV-01", cycle: Int = 1,
        vehicle: String = "car-1",
        tier: Tier = .t3, hash: String = "h1", at time: Timestamp? = nil
    ) throws -> FiringRecord {
        FiringRecord(
            vehicle: try key(vehicle), code: code, cycle: cycle, deed: deed, tier: tier,
            ruleVersion: 1, eventTime: time ?? now.advanced(by: .hours(-1)),
            dueEarly: Day(year: 2026, month: 3, day: 20),
            dueExpected: Day(year: 2026, month: 3, day: 25),
            dueLate: Day(year: 2026, month: 4, day: 2), dueBasis: "VEHICLE",
            odometerKilometres: 48_217, odometerTime: now.advanced(by: .hours(-1)),
            reason: "Service due in 24 days", suggestedAction: "BOOK_SERVICE", facts: "{\"d\":24}",
            inputsHash: hash)
    }

    @discardableResult
    func fire(_ firings: FiringRecord..., at time: Timestamp? = nil) throws -> StoreOutcome {
        try store.store(firings: firings, position: nil, now: time ?? now)
    }

    /// The same with a journal position, as rounds of messages have it.
    @discardableResult
    func fire(_ firings: FiringRecord..., through position: Int64) throws -> StoreOutcome {
        try store.store(firings: firings, position: JournalPosition(position), now: now)
    }

    /// The dealer's newest lead.
    func lead(of dealer: String = "NL-1", at time: Timestamp? = nil) throws -> Lead? {
        try store.leads(dealer: dealer, after: 0, now: time ?? now).leads.last
    }
}
