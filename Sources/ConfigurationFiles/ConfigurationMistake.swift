/// One mistake in a configuration file: where it is, what is wrong, and what to write instead.
public struct ConfigurationMistake: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    /// From 1; 0 where no line is to blame (a missing file, an environment variable).
    public var line: Int
    public var column: Int
    public var message: String
    public var remedy: String

    public init(file: String, line: Int, column: Int, message: String, remedy: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.remedy = remedy
    }

    /// `config/gateway.yaml:12:9: port is "abc", not a whole number — write 1883, for example`
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(message)" + (remedy.isEmpty ? "" : " — \(remedy)")
    }
}

/// All mistakes of a configuration, since whoever mends one wants to see the others as well.
public struct ConfigurationMistakes: Error, Sendable, CustomStringConvertible {
    public var all: [ConfigurationMistake]

    public init(_ all: [ConfigurationMistake]) { self.all = all }

    public var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Collects mistakes while files are read.
public final class MistakeList {
    public private(set) var all: [ConfigurationMistake] = []

    public init() {}

    /// Once each: a line that holds for several places is one mistake.
    public func add(_ mistake: ConfigurationMistake) {
        if !all.contains(mistake) { all.append(mistake) }
    }

    /// Throws what was collected, if anything.
    public func throwIfAny() throws(ConfigurationMistakes) {
        if !all.isEmpty { throw ConfigurationMistakes(all) }
    }
}
