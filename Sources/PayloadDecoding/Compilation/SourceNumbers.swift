import VehicleSignals

/// Which number each source has, over changes of the set while everything runs.
enum SourceNumbers {
    /// The definitions in the order of their numbers, and the number of each of `given`.
    static func arrange(
        _ given: [SourceDefinition], as older: [SourceDefinition]
    ) -> (definitions: [SourceDefinition], numbers: [Int]) {
        var arranged = older.map(retired)
        var places: [String: Int] = [:]
        for (place, definition) in older.enumerated() { places[definition.name] = place }
        var numbers: [Int] = []
        for definition in given {
            if let place = places[definition.name] {
                arranged[place] = definition
                numbers.append(place)
            } else {
                numbers.append(arranged.count)
                arranged.append(definition)
            }
        }
        return (arranged, numbers)
    }

    /// What is left of a source that is gone: name and version, for what was made of it.
    private static func retired(_ definition: SourceDefinition) -> SourceDefinition {
        SourceDefinition(
            name: definition.name, version: definition.version, edition: definition.edition,
            payloadBytesMax: definition.payloadBytesMax, topics: [], mayEnrol: false)
    }
}

extension CompiledSources {
    /// Whether every source of `older` has the number here that it has there, and signals too: then
    /// this set may take its place while everything runs.
    public func mayReplace(_ older: CompiledSources) -> Bool {
        catalogue.definitions == older.catalogue.definitions
            && definitions.count >= older.definitions.count
            && zip(definitions, older.definitions).allSatisfy { $0.name == $1.name }
    }
}
