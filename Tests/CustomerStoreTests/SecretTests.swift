import CustomerStore
import Customers
import Foundation
import GRDB
import Testing
import VehicleSignals

/// Secrets that an import makes are shown with the transaction that stores them.
@Suite struct SecretTests {
    @Test func `secrets of rows that landed are told although a later row ends the import`() throws
    {
        let world = try StoreWorld.ready(withEndpoint: false)
        let rows = (0..<1500).map { "NL-1,https://one.example/hook/\($0),\n" }.joined()
        let file = world.folder.appendingPathComponent("endpoints.csv")
        try Data(("dealer,url,secret\n" + rows).utf8).write(to: file)
        let impatient = try CustomerStore(
            path: world.path, options: StoreOptions(busyMillisecondsMax: 20))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: world.path, configuration: configuration)
        var told: [GeneratedSecret] = []
        #expect(throws: (any Error).self) {
            _ = try impatient.importCSV(kind: .endpoints, path: file.path, now: world.now) {
                told += $0.newSecrets
                // From now on another program has the file.
                if told.count == 1000 {
                    try? other.inDatabase { try $0.beginTransaction(.immediate) }
                }
            }
        }
        try other.inDatabase { try $0.rollback() }
        #expect(told.count == 1000 && Set(told.map(\.secret)).count == 1000)
        let stored = try other.read { db in
            try Row.fetchAll(db, sql: "SELECT url, secret FROM endpoints")
        }
        let byURL = Dictionary(uniqueKeysWithValues: told.map { ($0.url, $0.secret) })
        #expect(stored.count == 1000)
        for row in stored { #expect(byURL[row["url"]] == row["secret"]) }
        // The same file again makes the rest, and tells only of those.
        var rest: [GeneratedSecret] = []
        let result = try world.store.importCSV(
            kind: .endpoints, path: file.path, now: world.now
        ) { rest += $0.newSecrets }
        #expect(result.added == 500 && result.unchanged == 1000)
        #expect(rest == result.generatedSecrets && rest.count == 500)
        #expect(Set(rest.map(\.url)).isDisjoint(with: told.map(\.url)))
        try other.close()
        try impatient.close()
    }
}
