import PayloadDecoding

/// The CAN databases that a source's file names. Each is read once, and what is wrong in it is said
/// once, however many buses use it.
final class DatabaseFiles {
    /// The bytes of a file named in the source's file; `nil` where there is none.
    private let readFile: (String) -> [UInt8]?
    /// By the name in the source's file; without a value where there was a mistake.
    private var known: [String: DBCFile?] = [:]

    init(_ readFile: @escaping (String) -> [UInt8]?) { self.readFile = readFile }

    /// The database of that name, which stands at the key `dbc` of `entry`; `nil` where it cannot
    /// be read or has a mistake.
    func file(_ name: String, _ entry: YAMLMapping) -> DBCFile? {
        if let known = known[name] { return known }
        guard let bytes = readFile(name) else {
            entry.report(
                "dbc", "the file \(name) cannot be read",
                remedy: "put it beside this file, or write its path from there")
            return nil
        }
        var file: DBCFile?
        do throws(DBCFlaw) { file = try DBCFile(bytes: bytes) } catch {
            entry.report(
                "dbc", "\(name):\(error.line): \(error.message)", remedy: error.remedy)
        }
        known.updateValue(file, forKey: name)
        return file
    }
}
