import ConfigurationFiles
import CustomerStore
import Foundation

/// Makes the data folder if it is not there; only its owner may look into it.
func makeDataFolder(_ configuration: GatewayConfiguration) throws {
    try FileManager.default.createDirectory(
        atPath: configuration.dataFolder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
}

/// Opens `customers.db` of the configured data folder.
func openCustomers(_ configuration: GatewayConfiguration) throws -> CustomerStore {
    try makeDataFolder(configuration)
    return try CustomerStore(path: configuration.dataFolder + "/customers.db")
}
