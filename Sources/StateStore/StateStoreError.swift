public import VehicleSignals

/// Why the state store could not do what it was asked.
public enum StateStoreError: Error, Equatable, Sendable {
    /// No room on the disk; nothing was stored.
    case diskFull(path: String)
    /// A newer version of the gateway has written the file.
    case newerVersion(path: String, steps: [String])
    /// The file is something else.
    case notAStateFile(path: String, detail: String)
    case damaged(path: String, operation: String, detail: String)
    /// A flush older than what is stored: it would undo what was saved after it.
    case positionWentBack(stored: JournalPosition, given: JournalPosition)
    /// Another program held the file for too long.
    case busy(path: String, operation: String)
    /// Anything else that the system or SQLite says.
    case failed(path: String, operation: String, code: Int32, detail: String)
}

extension StateStoreError: CustomStringConvertible {
    /// What happened, where, and what to do about it.
    public var description: String {
        switch self {
        case .diskFull(let path):
            "\(path): no room left on that disk. Nothing was stored; make room, the next save "
                + "stores it all."
        case .newerVersion(let path, let steps):
            "\(path): written by a newer version of the gateway (it has "
                + steps.joined(separator: ", ")
                + ", which this one does not know). Run that version, or restore an older file."
        case .notAStateFile(let path, let detail):
            "\(path): not a state file (\(detail)). Restore it from a backup, or move it away: the "
                + "state is then built again from what the journal still holds."
        case .damaged(let path, let operation, let detail):
            "\(path): damaged, found while trying to \(operation): \(detail). Check the disk, then "
                + "restore it from a backup."
        case .positionWentBack(let stored, let given):
            "state up to batch \(given.number) cannot follow state up to batch \(stored.number). "
                + "The journal was replaced by an older one: restore the state of the same backup."
        case .busy(let path, let operation):
            "\(path): another program held the file while trying to \(operation). End it and "
                + "try again."
        case .failed(let path, let operation, let code, let detail):
            "\(path): could not \(operation): \(detail) (SQLite code \(code))."
        }
    }
}
