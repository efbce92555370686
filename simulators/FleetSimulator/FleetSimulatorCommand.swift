import ArgumentParser

/// A fleet of make-believe vehicles that speak over MQTT, and the files and the list of leads that
/// belong to it. Everything follows from the seed.
@main
struct FleetSimulatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet-simulator",
        abstract: "Simulates connected vehicles over MQTT.",
        discussion: """
            The same --seed, --vehicles, --start and --days (or --messages) give the same \
            vehicles, messages and expected leads. `prepare` writes the customers that belong to \
            them, `run` lets them drive, `judge` compares the leads that came with those that had \
            to. Give `prepare` and `run` the same settings.
            """,
        subcommands: [RunCommand.self, PrepareCommand.self, JudgeCommand.self],
        defaultSubcommand: RunCommand.self)
}
