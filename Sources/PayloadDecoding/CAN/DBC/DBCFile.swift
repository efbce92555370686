/// A CAN database with the lines of its file, for messages about single signals.
///
/// The lines stand beside the database and not in it: a database whose lines moved is the same.
public struct DBCFile: Sendable {
    public let database: DBCDatabase
    /// Of each message's signals, in the order of `database`; from 1.
    let signalLines: [[Int]]

    init(database: DBCDatabase, signalLines: [[Int]]) {
        self.database = database
        self.signalLines = signalLines
    }

    /// Reads a DBC file; see ``DBCDatabase/init(bytes:)``.
    public init(bytes: [UInt8]) throws(DBCFlaw) {
        guard bytes.count <= DBCLimits.bytesMax else {
            throw DBCFlaw(
                1, "the file is longer than \(DBCLimits.bytesMax) bytes",
                remedy: "split the database")
        }
        var parser = try DBCParser(bytes)
        self = try parser.parse()
    }

    /// Why a signal has no value in any frame as long as its message is said to be: bits of it, or
    /// of a multiplexor that it depends on, lie behind the frame's end. `nil` where all fit.
    ///
    /// This is no flaw of the whole file: published databases have such signals, in messages that
    /// nobody looked at since, and load.
    ///
    /// - Parameters:
    ///   - message: its index in `database`.
    ///   - signal: its index in that message.
    public func misfit(message: Int, signal: Int) -> DBCFlaw? {
        let frame = database.messages[message]
        let asked = frame.signals[signal]
        var place: Int? = signal
        while let index = place {
            let current = frame.signals[index]
            if let outside = current.bitsOutside(ofBytes: frame.byteCount) {
                let bits =
                    outside.first == outside.last
                    ? "bit \(outside.first)" : "bits \(outside.first) to \(outside.last)"
                let verb = outside.first == outside.last ? "lies" : "lie"
                let role = index == signal ? "" : ", on which \(asked.name) depends,"
                let bytes = frame.byteCount == 1 ? "1 byte" : "\(frame.byteCount) bytes"
                return DBCFlaw(
                    signalLines[message][index],
                    "\(bits) of \(current.name)\(role) \(verb) outside of the \(bytes) of "
                        + frame.name,
                    remedy: "mend start bit, length or order of bytes in that line, or write at "
                        + "least \(current.bytesNeeded) bytes at the message's BO_ line")
            }
            place = current.condition.flatMap { condition in
                frame.signals.firstIndex { $0.name == condition.multiplexor }
            }
        }
        return nil
    }
}
