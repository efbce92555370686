import ArgumentParser

/// The gateway and everything that an operator does beside it.
@main
struct Turnpike: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turnpike",
        abstract: "The gate between connected vehicles, their makers and their dealers.",
        discussion: """
            Vehicles publish diagnostics over MQTT; Turnpike turns them into signals, keeps each \
            vehicle's state, raises service-due triggers and hands them as leads to the dealer \
            whom the holder chose, while a permission holds.

            Begin with  turnpike check  and  turnpike doctor,  then  turnpike run.
            """,
        version: productVersion,
        subcommands: [
            RunCommand.self, CheckCommand.self, DoctorCommand.self, ImportCommand.self,
            DecodeCommand.self, ReplayCommand.self, ExplainCommand.self, KeysCommand.self,
            TriggersCommand.self, QuarantineCommand.self, EraseCommand.self, SourcesCommand.self,
        ])
}

/// Version of the product, shown at the doors.
let productVersion = "0.1.0"
