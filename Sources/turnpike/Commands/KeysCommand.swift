import ArgumentParser
import CustomerStore
import Customers
import VehicleSignals

/// Keys of the HTTP interface.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Creates, lists and revokes keys of the HTTP interface.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a key and prints it, this once only.",
            discussion: """
                A key speaks for one party in one role. A dealer's party is the dealer's key as \
                imported; the key then opens that dealer's leads and nothing else.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Whom it speaks for: a dealer's key, a maker's name, a person's key.")
        var party: String
        @Option(help: "operator, dealer, manufacturer, owner or auditor.")
        var role: String

        func run() throws {
            guard let known = Role(rawValue: role) else {
                throw ValidationError(
                    "nobody knows the role \"\(role)\"; write one of "
                        + Role.allCases.map(\.rawValue).joined(separator: ", "))
            }
            let store = try openCustomers(options.gatewayConfiguration())
            let key = try store.createKey(party: party, role: known, now: systemNow())
            struct Answer: Encodable { var key, party, role: String }
            if options.json {
                try printJSON(Answer(key: key, party: party, role: role))
            } else {
                print(key)
                printError("The key is stored as a hash only; it will not be shown again.")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists all keys, without their text.")
        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            struct Line: Encodable {
                var id: Int64
                var party, role, created: String
                var last_used, revoked: String?
            }
            let store = try openCustomers(options.gatewayConfiguration())
            for key in try store.keys() {
                let line = Line(
                    id: key.id, party: key.party, role: key.role.rawValue,
                    created: key.createdAt.rfc3339, last_used: key.lastUsedAt?.rfc3339,
                    revoked: key.revokedAt?.rfc3339)
                if options.json {
                    try printJSON(line)
                } else {
                    let state = line.revoked.map { "revoked \($0)" } ?? "in force"
                    print("\(line.id)\t\(line.role)\t\(line.party)\t\(state)")
                }
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends a key at once.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The key's number, as `turnpike keys list` shows it.")
        var id: Int64

        func run() throws {
            let store = try openCustomers(options.gatewayConfiguration())
            guard try store.revokeKey(id: id, now: systemNow()) else {
                throw ValidationError(
                    "no key in force has the number \(id); `turnpike keys list` shows them")
            }
            print(options.json ? "{\"revoked\":\(id)}" : "key \(id) is revoked")
        }
    }
}
