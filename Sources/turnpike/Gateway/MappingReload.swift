import ConfigurationFiles
import CustomerStore
import Logging
import MQTTLink
import PayloadDecoding
import StateStore
import TelemetryPipeline
import VehicleSignals

/// Takes the files of sources in anew while everything runs: all of them, or none.
///
/// Settings, signals and rules are those of the start: stored state counts by the signals' numbers,
/// and what rules said rests on them.
struct MappingReload {
    let gateway: Gateway
    let logger: Logger

    /// What was put in force.
    struct Outcome {
        var sources: CompiledSources
        /// Names with versions, for the log.
        var changes: [String]
    }

    /// What became of the wish.
    enum Answer {
        case taken
        /// The files have mistakes, or do not fit what is in force.
        case refused
        /// The files are right, and the stores or the workers are held up: to be tried again.
        case waits
    }

    /// Not the files' fault.
    private struct HeldUp: Error {
        var reason: any Error

        static func unless<Value>(_ work: () throws -> Value) throws(HeldUp) -> Value {
            do { return try work() } catch { throw HeldUp(reason: error) }
        }
    }

    private static let taking = "take the mappings in anew"

    /// Tells the log what became of it, and readiness while it waits.
    func run() -> Answer {
        do {
            let outcome = try take()
            gateway.troubles.clear(Self.taking)
            logger.notice(
                "the mappings are taken in anew",
                metadata: [
                    "changes": "\(outcome.changes.joined(separator: ", "))",
                    "position": "\(gateway.pipeline.positions.queued.number)",
                ])
            return .taken
        } catch let held as HeldUp {
            gateway.troubles.note(Self.taking, "\(held.reason)")
            logger.error(
                "cannot \(Self.taking) now; it is tried again, and those in force stay in force",
                metadata: ["error": "\(held.reason)"])
            return .waits
        } catch let mistakes as ConfigurationMistakes {
            for mistake in mistakes.all { logger.error("\(mistake)") }
        } catch {
            logger.error("\(sentence(of: error))")
        }
        gateway.troubles.clear(Self.taking)
        logger.error("the mappings are refused whole; those in force stay in force")
        return .refused
    }

    private func take() throws -> Outcome {
        let pipeline = gateway.pipeline
        let older = pipeline.sources
        let (sources, order) = try read(replacing: older)
        let changes =
            Self.changes(from: older, to: sources)
            + Self.changes(from: gateway.mappings.order, to: order)
        guard !changes.isEmpty else { return Outcome(sources: older, changes: ["none"]) }
        // What could fail is tried before anything changes.
        let connections = try gateway.connections(for: sources)
        try HeldUp.unless {
            let registry = gateway.loader(sources).registry(
                of: try gateway.customers.registrySnapshot())
            // A start after a crash reads everything behind the last snapshot by the files of then.
            try gateway.saveState()
            try pipeline.adopt(sources, registry: registry)
        }
        gateway.mappings.add(sources, order: order)
        do {
            for (link, configuration) in zip(gateway.links, connections) {
                try link.listen(to: configuration.subscriptions)
            }
            try gateway.commands.follow(sources)
        } catch {
            logger.error(
                "the connections do not follow the mappings; restart the gateway",
                metadata: ["error": "\(error)"])
        }
        return Outcome(sources: sources, changes: changes)
    }

    /// The files as they are now, checked against what has been in force, and the names of their
    /// sources in the files' order.
    private func read(
        replacing older: CompiledSources
    ) throws -> (sources: CompiledSources, order: [String]) {
        let settings = gateway.settings
        let catalogue = try LoadedConfiguration.catalogue(settings)
        guard catalogue.definitions == older.catalogue.definitions else {
            throw ConfigurationMistakes([
                ConfigurationMistake(
                    file: settings.signalsFile, line: 0, column: 0,
                    message: "the signals are others than at the start",
                    remedy: "restart the gateway to change signals; mappings alone are reloaded")
            ])
        }
        var mistakes: [ConfigurationMistake] = []
        let read = try SourceFiles(settings.sourcePaths, catalogue: older.catalogue, &mistakes)
        read.checkVersions(gateway.mappings, &mistakes)
        try checkNewcomers(read, older, &mistakes)
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
        let definitions = read.files.compactMap(\.definition)
        let sources = try read.compile(catalogue: older.catalogue, numberedAs: older)
        try LoadedConfiguration.check(settings.broker, sources)
        return (sources, definitions.map(\.name))
    }

    /// State of names that an earlier run kept for a source is read at a start only.
    private func checkNewcomers(
        _ read: SourceFiles, _ older: CompiledSources, _ mistakes: inout [ConfigurationMistake]
    ) throws {
        let newcomers = read.files.filter { file in
            file.definition.map { older.source(named: $0.name) == nil } ?? false
        }
        guard !newcomers.isEmpty else { return }
        let waiting = try HeldUp.unless {
            Set(try gateway.state.unlinkedNames().map(\.source))
        }
        for file in newcomers {
            guard let name = file.definition?.name, waiting.contains(name) else { continue }
            mistakes.append(
                ConfigurationMistake(
                    file: file.path, line: 0, column: 0,
                    message: "names that \(name) used in an earlier run wait in the state store",
                    remedy: "restart the gateway to bring this source back"))
        }
    }

    private static func changes(
        from older: CompiledSources, to sources: CompiledSources
    ) -> [String] {
        var words: [String] = []
        for (number, definition) in sources.definitions.enumerated() {
            guard number < older.definitions.count else {
                words.append("\(definition.name) \(definition.version) is new")
                continue
            }
            let before = older.definitions[number]
            if definition.readsLike(before) { continue }
            if definition.topics.isEmpty {
                words.append("\(definition.name) is gone")
            } else if before.topics.isEmpty {
                words.append("\(definition.name) \(definition.version) is back")
            } else {
                words.append("\(definition.name) \(before.version) → \(definition.version)")
            }
        }
        return words
    }

    /// Which source reads a topic that two match equally well follows from the order of the files.
    private static func changes(from older: [String], to order: [String]) -> [String] {
        let (before, now) = (Set(older), Set(order))
        return older.filter(now.contains) == order.filter(before.contains)
            ? [] : ["the order of the files"]
    }
}
