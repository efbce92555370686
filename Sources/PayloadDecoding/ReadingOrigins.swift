import Synchronization
public import VehicleSignals

/// A source in one version of its mapping: what made a reading.
public struct ReadingOrigin: Sendable, Hashable {
    public var source: String
    public var mappingVersion: String

    public init(source: String, mappingVersion: String) {
        self.source = source
        self.mappingVersion = mappingVersion
    }
}

/// The origins of one run by their numbers: those of the sources in force, those before a reload,
/// and those that stored state tells of. It only grows, and numbers never change; shared by all
/// sets of sources of the run, and asked and added to from any thread, never for a message.
public final class ReadingOrigins: Sendable {
    /// Most pairs; what comes beyond has no number, and its readings tell no origin.
    public static let countMax = 65_000

    private struct List {
        var origins: [ReadingOrigin] = []
        var numbers: [ReadingOrigin: OriginID] = [:]
    }

    private let list = Mutex(List())

    init() {}

    /// The number of an origin, which gets one if it has none; `.unknown` where there is no room.
    public func number(of origin: ReadingOrigin) -> OriginID {
        list.withLock { list in
            if let known = list.numbers[origin] { return known }
            guard list.origins.count < Self.countMax else { return .unknown }
            list.origins.append(origin)
            let number = OriginID(UInt16(list.origins.count))
            list.numbers[origin] = number
            return number
        }
    }

    /// What a number stands for; `nil` for `.unknown` and for numbers of other runs.
    public subscript(_ number: OriginID) -> ReadingOrigin? {
        list.withLock { list in
            guard number != .unknown, Int(number.number) <= list.origins.count else { return nil }
            return list.origins[Int(number.number) - 1]
        }
    }

    /// All of them, number 1 first.
    public var all: [ReadingOrigin] { list.withLock { $0.origins } }
}

extension CompiledSources {
    /// What the readings of a source are made by; one look into a table.
    public func origin(of source: SourceID) -> OriginID { originNumbers[Int(source.number)] }
}
