import PayloadDecoding
import VehicleSignals

// Whether a mapping and the database that it is for go together.

extension FrameReader {
    /// Where in the database the signal is; what is missing is noted, with the nearest name.
    func find(
        _ mapping: CANSignalMapping, _ database: CANDatabaseMapping, _ entry: YAMLMapping
    ) -> (message: Int, signal: Int)? {
        let messages = database.database.messages
        switch database.find(mapping) {
        case .success(let place): return place
        case .failure(let miss):
            // A message of a near name may have nothing to do with the signal.
            let holders = messages.filter { $0.signal(named: mapping.name) != nil }.map(\.name)
            let key: String
            var near: String?
            switch miss.reason {
            case .noMessage(let name):
                key = "message"
                near = closest(to: name, in: holders.isEmpty ? messages.map(\.name) : holders)
            case .noSignal(let name):
                key = "name"
                let among = messages.filter { mapping.message == nil || $0.name == mapping.message }
                if holders.isEmpty {
                    near = closest(to: name, in: among.flatMap { $0.signals.map(\.name) })
                }
            case .ambiguous:
                entry.report("name", miss.sentence, remedy: "write  message:  with one of them")
                return nil
            }
            var remedy = "look into \(database.name)"
            if let near {
                remedy = "did you mean \(near)?"
            } else if !holders.isEmpty {
                let names = holders.prefix(5).joined(separator: ", ")
                remedy = "\(mapping.name) is in \(names)" + (holders.count > 5 ? " and others" : "")
            }
            entry.report(key, miss.sentence, remedy: remedy)
            return nil
        }
    }

    /// Whether the values can be the signal's.
    func check(
        _ entry: YAMLMapping, _ definition: SignalDefinition, _ found: DBCSignal,
        _ mapping: CANSignalMapping
    ) {
        switch definition.datatype {
        case .troubleCodes:
            entry.report(
                "signal", "\(definition.path) is a list, and \(found.name) one value",
                remedy: "map it to another signal")
        case .string where definition.allowed.isEmpty:
            entry.report(
                "signal", "\(definition.path) is a text, and \(found.name) a number",
                remedy: "map it to another signal")
        case .boolean, .string: break
        default:
            guard let unit = mapping.unit ?? found.knownUnit else {
                entry.report(
                    "unit", "the database's unit \"\(found.unit)\" is not known here",
                    remedy: "write  unit:  and one of " + Unit.symbols.joined(separator: ", "))
                return
            }
            checkUnit(entry, definition, found, unit, isStated: mapping.unit != nil)
        }
    }

    private func checkUnit(
        _ entry: YAMLMapping, _ definition: SignalDefinition, _ found: DBCSignal, _ unit: Unit,
        isStated: Bool
    ) {
        let target = definition.unit
        guard unit.conversion(to: target) == nil else { return }
        let key = isStated ? "unit" : "signal"
        if target.symbol.isEmpty {
            entry.report(
                key, "\(found.name) is in \(unit.symbol), and \(definition.path) has no unit",
                remedy: "map it to another signal, or write  unit: \"\"  if it has none")
        } else if unit.symbol.isEmpty {
            entry.report(
                key, "\(found.name) has no unit, and \(definition.path) is in \(target.symbol)",
                remedy: "write  unit:  with the unit of the database's values")
        } else {
            entry.report(
                key, "\(unit.symbol) does not convert into \(target.symbol) of \(definition.path)",
                remedy: "write  unit:  with the unit of the database's values")
        }
    }
}
