public import VehicleSignals

/// A damaged batch: which one, and where in it.
public struct JournalDamage: Error, Equatable, Sendable, CustomStringConvertible {
    public var position: JournalPosition
    /// Message index and byte offset from the start of the batch, where known.
    public var damage: BatchDamage

    public init(position: JournalPosition, damage: BatchDamage) {
        self.position = position
        self.damage = damage
    }

    public var description: String {
        let place = "batch \(position.number) is damaged: "
        return switch damage {
        case .notABatch: place + "its bytes do not begin like a batch (byte 0)"
        case .header: place + "its header or table of offsets does not agree with its checksum"
        case .message(let index, let offset):
            place + "message \(index), which begins at byte \(offset), does not agree with its "
                + "checksum"
        }
    }
}

/// Why the journal could not do what it was asked.
public enum JournalError: Error, Equatable, Sendable {
    /// No room on the disk, or the configured limit of the file is reached. Nothing was stored.
    case diskFull(path: String)
    /// Another process has the journal open.
    case inUse(path: String, by: String)
    /// The file is something else than a journal.
    case notAJournal(path: String, detail: String)
    /// A newer version of the gateway has written the file.
    case newerVersion(path: String, found: Int, known: Int)
    /// One batch does not agree with its checksums.
    case damaged(JournalDamage)
    /// The structure of the file is damaged, so that batches behind `after` cannot be reached.
    case fileDamaged(path: String, after: JournalPosition, detail: String)
    /// Positions without a batch, which retention has not removed.
    case missing(from: JournalPosition, through: JournalPosition)
    /// Retention has removed what was asked for; the first batch left follows `through`.
    case removed(through: JournalPosition)
    /// Positions end at what 64 bits hold; see `continueNumbering(after:)`.
    case positionsExhausted
    /// Larger than a row may be.
    case batchTooLarge(bytes: Int, limit: Int)
    /// Another connection held the file for too long.
    case busy(path: String, operation: String)
    /// Anything else that the system or SQLite says.
    case failed(path: String, operation: String, code: Int32, detail: String)
    /// The journal has been closed.
    case closed
}

extension JournalError: CustomStringConvertible {
    /// What happened, where, and what to do about it.
    public var description: String {
        switch self {
        case .diskFull(let path):
            "\(path): no room left. Nothing was stored; make room on that disk (or raise the limit "
                + "of the journal), and the journal goes on by itself."
        case .inUse(let path, let by):
            "\(path): another gateway has it open (\(by)). Two gateways need two data folders."
        case .notAJournal(let path, let detail):
            "\(path): not an ingest journal (\(detail)). Restore it from a backup, or move it away "
                + "together with the files beside it to begin a new one."
        case .newerVersion(let path, let found, let known):
            "\(path): written in form \(found) by a newer version; this one knows \(known). "
                + "Run that version or restore an older journal."
        case .damaged(let damage):
            "\(damage). `doctor` shows all damage; a repair keeps the messages that are intact."
        case .fileDamaged(let path, let after, let detail):
            "\(path): damaged behind batch \(after.number) (\(detail)). Check the disk, then "
                + "restore the journal from a backup."
        case .missing(let from, let through):
            "batches \(from.number) to \(through.number) are missing. Restore the journal from a "
                + "backup, or go on from \(through.number) and accept the gap."
        case .removed(let through):
            "batches up to \(through.number) have been removed by retention; read from there."
        case .positionsExhausted: "no further position fits into 64 bits."
        case .batchTooLarge(let bytes, let limit):
            "a batch of \(bytes) bytes exceeds the limit of \(limit); end batches earlier."
        case .busy(let path, let operation):
            "\(path): another program held the file while trying to \(operation). End it and "
                + "try again."
        case .failed(let path, let operation, let code, let detail):
            "\(path): could not \(operation): \(detail) (code \(code))."
        case .closed: "the journal is closed."
        }
    }
}
