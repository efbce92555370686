import PayloadDecoding
import Synchronization

/// The mappings of this run, those in force and those before them: journal, quarantine and sessions
/// hold what came by any of them, and a source with its version means one mapping for good.
///
/// It grows by one set with each reload that reads otherwise than every one before it.
final class MappingHistory: Sendable {
    private struct Edition {
        var sources: CompiledSources
        /// Names of the sources in the order of their files: of several templates that match a
        /// topic equally well the first holds.
        var order: [String]

        func readsLike(_ other: Edition) -> Bool {
            order == other.order
                && sources.definitions.elementsEqual(other.sources.definitions) {
                    $0.readsLike($1)
                }
        }
    }

    private struct Record {
        /// The last one is in force.
        var editions: [Edition]
        /// By name and version.
        var definitions: [String: [String: SourceDefinition]] = [:]

        mutating func note(_ sources: CompiledSources) {
            // A source without topics has ended.
            for definition in sources.definitions where !definition.topics.isEmpty {
                definitions[definition.name, default: [:]][definition.version] = definition
            }
        }
    }

    private let record: Mutex<Record>

    /// - Parameter first: the sources of the start, numbered in the order of their files.
    init(_ first: CompiledSources) {
        var started = Record(
            editions: [Edition(sources: first, order: first.definitions.map(\.name))])
        started.note(first)
        record = Mutex(started)
    }

    /// Notes what has been put in force.
    func add(_ sources: CompiledSources, order: [String]) {
        let newest = Edition(sources: sources, order: order)
        record.withLock { record in
            record.editions.removeAll { $0.readsLike(newest) }
            record.editions.append(newest)
            record.note(sources)
        }
    }

    /// Every set of this run, the one in force first.
    var all: [CompiledSources] { record.withLock { $0.editions.reversed().map(\.sources) } }

    /// Names of the sources in force, in the order of their files.
    var order: [String] { record.withLock { $0.editions.last?.order ?? [] } }

    /// What has been in force under this name and version since the start.
    func definition(_ name: String, version: String) -> SourceDefinition? {
        record.withLock { $0.definitions[name]?[version] }
    }
}
