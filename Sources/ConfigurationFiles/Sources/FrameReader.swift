import PayloadDecoding
import VehicleSignals

/// Reads the mapping of a topic with CAN frames: one entry of `buses`.
///
/// ## Keys of a bus
/// - `carrier` (`wican` or `candump`, required): how frames are written in a payload.
/// - `obd`, `uds`, `j1939` (true or false, default false): answers to OBD-II services 01, 03, 07,
///   09 and 0A; answers to UDS 19 02; the parameter groups of J1939 that the gateway knows.
/// - `databases` (list), each with
///   - `dbc` (required): a DBC file, beside the source's file or with a path from there.
///   - `bus`: interface or bus that it holds for, as the carrier names it (`can1`); default all.
///   - `signals` (list, required), each with
///     - `name` (required): the signal's name in the database.
///     - `message`: its message, where several have a signal of that name.
///     - `signal` (required): path in the catalogue.
///     - `unit`: of the database's values, if the database does not say it in a word known here.
///     - `scale` (number): factor before the unit.
///     - `values`: bits as a number, or a name of the database's table of values → value.
///     - `invalid` (list of whole numbers): bits that mean "no value". Of a number, so do those
///       that the database's table names `Unknown`, `Not_Supported` and the like, unless `values`
///       says something else of them.
///     - `all_ones` (`absent` or `value`, default `absent`): what a value means whose bits are all
///       ones, if it is unsigned, has two bits at least and no name in the table of values.
///     - `bounds` (true or false, default true): whether the database's bounds count.
struct FrameReader {
    let catalogue: SignalCatalogue
    /// Those that the source's file names.
    let databases: DatabaseFiles

    func bus(_ entry: YAMLMapping) -> CANMapping? {
        let carriers = CANMapping.Carrier.allCases
        let word = entry.word("carrier", of: carriers.map(\.word), default: "")
        if !entry.has("carrier") {
            entry.report(
                "carrier", "the bus does not say how its frames are written",
                remedy: "write  carrier:  and one of "
                    + carriers.map(\.word).joined(separator: ", "))
        }
        let takesOBD = entry.bool("obd", default: false)
        let takesUDS = entry.bool("uds", default: false)
        let takesJ1939 = entry.bool("j1939", default: false)
        let databases = entry.mappings("databases").compactMap { database($0) }
        if !takesOBD, !takesUDS, !takesJ1939, !entry.has("databases") {
            entry.report(
                "databases", "nothing of the frames is taken",
                remedy: "write  obd: true, uds: true, j1939: true  or  databases:")
        }
        entry.finish()
        guard let carrier = carriers.first(where: { $0.word == word }) else { return nil }
        return CANMapping(
            carrier: carrier, databases: databases, takesOBD: takesOBD, takesUDS: takesUDS,
            takesJ1939: takesJ1939)
    }

    private func database(_ entry: YAMLMapping) -> CANDatabaseMapping? {
        let name = entry.requiredString("dbc", example: "vehicle.dbc")
        let bus = entry.text("bus")
        let signals = entry.mappings("signals")
        if !entry.has("signals") {
            entry.report(
                "signals", "no signal of the database is taken",
                remedy: "write  signals:  and below it  - {name: Odometer, signal: …}")
        }
        entry.finish()
        guard let name, let file = databases.file(name, entry) else { return nil }
        var mapping = CANDatabaseMapping(
            name: name, database: file.database, bus: bus, signals: [])
        mapping.signals = signals.compactMap { signal($0, mapping, file) }
        return mapping
    }

    private func signal(
        _ entry: YAMLMapping, _ database: CANDatabaseMapping, _ file: DBCFile
    ) -> CANSignalMapping? {
        let name = entry.requiredString("name", example: "Odometer")
        let path = entry.requiredString("signal", example: "Vehicle.TraveledDistance")
        let definition = path.flatMap { catalogue.id(of: $0) }.map { catalogue[$0] }
        if let path, definition == nil {
            let near = closest(to: path, in: catalogue.definitions.map(\.path))
            entry.report(
                "signal", "the catalogue has no signal \(path)",
                remedy: near.map { "did you mean \($0)?" } ?? "add it to signals.yaml first")
        }
        var mapping = CANSignalMapping(
            message: entry.text("message"), name: name ?? "", signal: path ?? "",
            unit: entry.unit("unit"), scale: entry.double("scale", in: -1e12...1e12, default: 1),
            invalid: invalid(entry))
        mapping.isAllOnesAbsent =
            entry.word("all_ones", of: ["absent", "value"], default: "absent") == "absent"
        mapping.keepsToBounds = entry.bool("bounds", default: true)
        if mapping.scale == 0 {
            entry.report("scale", "a scale of 0 makes every value 0", remedy: "leave it out")
        }
        let place = name == nil ? nil : find(mapping, database, entry)
        let found = place.map { database.database.messages[$0.message].signals[$0.signal] }
        if let place, let flaw = file.misfit(message: place.message, signal: place.signal) {
            entry.report(
                "name", "\(database.name):\(flaw.line): \(flaw.message)", remedy: flaw.remedy)
        }
        if let definition {
            mapping.words = words(entry, definition, found, database.name)
            if let found { check(entry, definition, found, mapping) }
        }
        entry.finish()
        return name == nil || definition == nil || found == nil ? nil : mapping
    }

    private func words(
        _ entry: YAMLMapping, _ definition: SignalDefinition, _ found: DBCSignal?,
        _ database: String
    ) -> [String: FieldMapping.Constant] {
        guard entry.has("values") else { return [:] }
        let values = entry.mapping("values")
        var words: [String: FieldMapping.Constant] = [:]
        for word in values.keys {
            guard let text = values.text(word) else { continue }
            if let found, Int64(word) == nil, !found.words.values.contains(word) {
                guard !found.words.isEmpty else {
                    values.report(
                        word, "\(found.name) has no table of values in \(database)",
                        remedy: "write the bits as a number, or mend number and name of the VAL_ "
                            + "line that is meant for it")
                    continue
                }
                let names = found.words.values.sorted()
                let near = closest(to: word, in: names).map { "did you mean \($0)? " } ?? ""
                values.report(
                    word, "\(found.name) has no value named \(word)",
                    remedy: near + "write the bits as a number, or one of "
                        + names.joined(separator: ", "))
                continue
            }
            words[word] = values.constant(text, definition, key: word)
        }
        return words
    }

    private func invalid(_ entry: YAMLMapping) -> [Int64] {
        entry.strings("invalid", default: []).compactMap { text in
            if let bits = Int64(text) { return bits }
            entry.report(
                "invalid", "\"\(text)\" is no whole number",
                remedy: "write the signal's bits as a number, before factor and offset")
            return nil
        }
    }
}

extension YAMLMapping {
    /// A fixed value of a signal; what the signal cannot be is noted.
    func constant(
        _ text: String, _ definition: SignalDefinition, key: String
    ) -> FieldMapping.Constant? {
        let found: FieldMapping.Constant? =
            switch definition.datatype {
            case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
            case .string: .word(text)
            case .troubleCodes: nil
            default: Double(text).map { .number($0) }
            }
        if let found, found.fits(definition) { return found }
        report(
            key, "\(definition.path) cannot be \"\(text)\"",
            remedy: definition.allowed.isEmpty
                ? "write a value of the signal's type and range"
                : "write one of " + definition.allowed.joined(separator: ", "))
        return nil
    }
}
