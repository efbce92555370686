import VehicleSignals

// For snapshots.
extension SessionTable {
    mutating func noteGone(_ place: Int) {
        guard entries[place].isStored else { return }
        // At most as many as were stored, which the limits bound.
        gone.append(
            SessionExport(
                source: "", sender: entries[place].sender, format: entries[place].format.word,
                bytes: [], order: uses))
        goneSources.append(entries[place].source)
    }

    mutating func noteOutdated(_ source: SourceID, _ export: SessionExport) {
        var export = export
        export.bytes = []
        gone.append(export)
        goneSources.append(source)
    }

    mutating func takeChanges(names: [String]) -> [SessionExport] {
        var changes: [SessionExport] = []
        for (export, source) in zip(gone, goneSources) where Int(source.number) < names.count {
            var export = export
            export.source = names[Int(source.number)]
            changes.append(export)
        }
        gone = []
        goneSources = []
        forEachByUse { place in
            guard entries[place].isChanged else { return }
            // A session that remembers nothing is worth a row only to delete an older one.
            guard !entries[place].bytes.isEmpty || entries[place].isStored else { return }
            if let export = export(place, names) { changes.append(export) }
        }
        for place in 0..<entries.count where entries[place].isChanged {
            entries[place].isChanged = false
            entries[place].isStored = !entries[place].bytes.isEmpty
        }
        return changes
    }

    /// Ends the sessions for which `isMeant` says so.
    mutating func endAll(where isMeant: (Entry) -> Bool) {
        for place in entries.indices
        where entries[place].source.number != .max && isMeant(entries[place]) {
            end(place)
        }
    }

    func exportAll(names: [String]) -> [SessionExport] {
        var all: [SessionExport] = []
        forEachByUse { place in
            guard !entries[place].bytes.isEmpty else { return }
            if let export = export(place, names) { all.append(export) }
        }
        return all
    }

    private func forEachByUse(_ deed: (Int) -> Void) {
        var place = oldest
        while place >= 0 {
            deed(Int(place))
            place = entries[Int(place)].newer
        }
    }

    private func export(_ place: Int, _ names: [String]) -> SessionExport? {
        let entry = entries[place]
        guard Int(entry.source.number) < names.count else { return nil }
        return SessionExport(
            source: names[Int(entry.source.number)], sender: entry.sender,
            format: entry.format.word, bytes: entry.bytes, order: entry.order)
    }

    mutating func restore(_ source: SourceID, _ format: SessionFormat, _ export: SessionExport) {
        guard let place = try? open(source, format, sender: export.sender) else { return }
        entries[place].bytes = export.bytes
        entries[place].isChanged = false
        entries[place].isStored = true
        uses = max(uses, export.order)
        entries[place].order = export.order
        noteSize(of: place)
    }
}
