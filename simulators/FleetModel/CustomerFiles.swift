import VehicleSignals

/// The files for `turnpike import` that belong to a fleet: who holds which vehicle, which dealer
/// was chosen and what is permitted. Columns are those of docs/import.md.
public struct CustomerFiles: Sendable {
    /// A dealer of the simulation and where his webhook is.
    public struct Dealer: Sendable {
        public var key: String
        /// `nil`: this dealer pulls.
        public var url: String?
        public var secret: String

        public init(key: String, url: String?, secret: String) {
            self.key = key
            self.url = url
            self.secret = secret
        }
    }

    /// Kinds in the order in which they must be imported.
    public static let order = [
        "dealers", "agreements", "endpoints", "persons", "vehicles", "names", "holdings", "choices",
        "permissions", "gates",
    ]

    /// The party that every agreement is with.
    public static let manufacturer = "simulated-motors"
    /// Records are dated long before any simulation.
    static let since = "2020-01-01T00:00:00.000Z"

    /// CSV text by kind, header included, lines ended by a line feed.
    public private(set) var text: [String: String] = [:]

    /// - Parameter source: the configured source under which the vehicles' topics stand.
    public init(
        _ settings: FleetSettings, plans: [VehiclePlan], dealers: [Dealer], source: String
    ) {
        begin()
        for dealer in dealers { add(dealer) }
        var people: Set<Int> = []
        for plan in plans {
            let customer = CustomerStory(
                seed: settings.seed, vehicle: plan.identity.index, dealers: dealers.count)
            if people.insert(customer.person).inserted {
                addPerson(customer, seed: settings.seed, dealers: dealers)
            }
            // An unlinked vehicle is one that nobody has imported yet.
            guard customer.isLinked else { continue }
            add(plan, customer: customer, dealers: dealers, source: source)
        }
    }

    private mutating func begin() {
        let headers = [
            "persons": "person,name,language,phone,email,sms,post,best_time,advisor,do_not_contact",
            "vehicles": "vehicle,vin,brand,model,model_year,powertrain,time_zone,battery_type,"
                + "plate,service_interval_km,service_interval_days",
            "names": "vehicle,source,external_id",
            "holdings": "vehicle,person,role,from,to",
            "dealers": "dealer,name,time_zone,kind,brands",
            "choices": "vehicle,person,dealer,chosen_at",
            "permissions": "person,controller,purpose,channel,vehicle,state,at,valid_until",
            "agreements": "manufacturer,dealer,version,brands,purposes,data_classes,valid_from,"
                + "valid_to,status",
            "endpoints": "dealer,kind,url,secret",
            "gates": "vehicle,gate,at",
        ]
        for (kind, header) in headers { text[kind] = header + "\n" }
    }

    private mutating func add(_ dealer: Dealer) {
        let brands = VehicleIdentity.brands.joined(separator: ";")
        row(
            "dealers",
            [dealer.key, "Garage " + dealer.key, "Europe/Amsterdam", "franchised", brands]
        )
        row(
            "agreements",
            [
                Self.manufacturer, dealer.key, "1", brands, "P2;P3;P8", "D1;D2;D3;D6;D10;D11",
                Self.since, "", "active",
            ])
        if let url = dealer.url { row("endpoints", [dealer.key, "webhook", url, dealer.secret]) }
    }

    private mutating func addPerson(_ customer: CustomerStory, seed: UInt64, dealers: [Dealer]) {
        let person = Self.personKey(customer.person)
        let number = padded(customer.person, 6)
        row(
            "persons",
            [
                person, "Person " + number, customer.person % 3 == 0 ? "nl" : "en",
                "+3120" + padded(customer.person, 7), "person" + number + "@example.com", "",
                "Street \(customer.person), 1000 AA Town", "", "", "no",
            ])
        addPermission(person, "P2", given: true)
        addPermission(person, "P3", given: customer.permitsDealerShare, history: customer.person)
        addPermission(person, "P8", given: customer.permitsAnalytics)
    }

    /// A permission given to the manufacturer; or one of the ways of not having given it.
    private mutating func addPermission(
        _ person: String, _ purpose: String, given: Bool, history: Int = 0
    ) {
        func add(_ state: String, at: String, until: String = "") {
            row(
                "permissions",
                [person, Self.manufacturer, purpose, "", "", state, at, until])
        }
        if given {
            if history % 4 == 1 { add("Refused", at: "2019-06-01T00:00:00.000Z") }
            add("Given", at: Self.since)
            return
        }
        switch history % 4 {
        case 0: break
        case 1: add("Refused", at: Self.since)
        case 2:
            add("Given", at: "2019-06-01T00:00:00.000Z")
            add("Withdrawn", at: Self.since)
        default:
            add("Given", at: "2019-06-01T00:00:00.000Z", until: Self.since)
        }
    }

    private mutating func add(
        _ plan: VehiclePlan, customer: CustomerStory, dealers: [Dealer], source: String
    ) {
        let identity = plan.identity
        let vehicle = Self.vehicleKey(identity.index)
        row(
            "vehicles",
            [
                vehicle, identity.vin ?? "", identity.make.brand, identity.make.model,
                String(identity.modelYear), identity.powertrain, "Europe/Amsterdam",
                plan.battery.isAGM ? "AGM" : "FLOODED", identity.plate,
                String(plan.service.intervalKilometres), String(plan.service.intervalDays),
            ])
        row("names", [vehicle, source, identity.topicID])
        row(
            "holdings", [vehicle, Self.personKey(customer.person), "owner", Self.since, ""])
        if let dealer = customer.dealer {
            row(
                "choices",
                [vehicle, Self.personKey(customer.person), dealers[dealer].key, Self.since])
        }
        row("gates", [vehicle, customer.gate.word, Self.since])
    }

    private mutating func row(_ kind: String, _ fields: [String]) {
        let cells = fields.map { field in
            field.contains(",") || field.contains("\"")
                ? "\""
                    + field.split(separator: "\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"\"") + "\"" : field
        }
        text[kind, default: ""] += cells.joined(separator: ",") + "\n"
    }

    static func personKey(_ number: Int) -> String { "p" + padded(number, 6) }
    static func vehicleKey(_ index: Int) -> String { "v" + padded(index, 6) }
}
