import ArgumentParser
import CustomerStore
import Customers
import VehicleSignals

/// What the rules have raised, for whoever runs the gateway on this machine.
struct TriggersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "Lists triggers with their state and the leads made of them.",
        discussion: """
            Reads the customer store on this machine; names of people are not shown. --vehicle \
            takes a VIN or any other name of the vehicle.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "Only this vehicle's.")
    var vehicle: String?
    @Flag(help: "Only triggers that became a lead at a dealer.")
    var leads = false

    struct Line: Encodable {
        struct LeadLine: Encodable { var id, dealer, status: String }
        var vehicle, code, position: String
        var cycle: Int
        var status: String
        var parked: String?
        var event_time: String
        var reason: String
        var leads: [LeadLine]
    }

    func run() throws {
        let store = try openCustomers(options.gatewayConfiguration())
        let keys: [VehicleKey]
        if let vehicle {
            keys = try store.findVehicles(vehicle)
            if keys.isEmpty { throw ValidationError("no vehicle is known as \"\(vehicle)\"") }
        } else {
            keys = try store.vehiclesWithTriggers()
        }
        for key in keys {
            let triggers = try store.triggers(of: key)
            guard !triggers.isEmpty else { continue }
            let name = try vehicleWords(key, store)
            for trigger in triggers.reversed() where !leads || !trigger.leads.isEmpty {
                try show(
                    Line(
                        vehicle: name, code: trigger.code, position: trigger.position,
                        cycle: trigger.cycle, status: trigger.status.rawValue,
                        parked: trigger.parked?.rawValue, event_time: trigger.eventTime.rfc3339,
                        reason: trigger.reason,
                        leads: trigger.leads.map {
                            Line.LeadLine(id: $0.id, dealer: $0.dealer, status: $0.status.rawValue)
                        }))
            }
        }
    }

    private func show(_ line: Line) throws {
        if options.json { return try printJSON(line) }
        let place = line.position.isEmpty ? "" : " \(line.position)"
        let leads = line.leads.map { "\($0.dealer) \($0.status)" }.joined(separator: ", ")
        let parked = line.parked.map { " (\($0))" } ?? ""
        print(
            "\(line.vehicle)  \(line.code)\(place)  cycle \(line.cycle)  \(line.status)\(parked)  "
                + "\(leads)\n    \(line.reason)")
    }
}

/// The name by which a source calls a vehicle; its VIN or its import key where none does.
func vehicleWords(_ key: VehicleKey, _ store: CustomerStore) throws -> String {
    let names = try store.names(of: key)
    let general = [VehicleName.vinSource, VehicleName.importSource]
    let best =
        names.first { !general.contains($0.source) }
        ?? names.first { $0.source == VehicleName.vinSource } ?? names.first
    return best?.externalID ?? "#\(key.number)"
}
