/// One sender's session as it is stored beside a snapshot.
public struct SessionExport: Sendable, Equatable {
    /// Name of the source: numbers of sources hold for one run only.
    public var source: String
    /// The sender's name as its topics spell it; unique together with `source` and `format`.
    public var sender: [UInt8]
    /// Kind and version of `bytes`; a word that this program does not know is dropped on restore.
    public var format: UInt32
    /// What is remembered. Empty: nothing any more; a stored session of that key is to be deleted.
    public var bytes: [UInt8]
    /// Rises with every use of any session: says which of two was used later.
    public var order: UInt64

    public init(source: String, sender: [UInt8], format: UInt32, bytes: [UInt8], order: UInt64) {
        self.source = source
        self.sender = sender
        self.format = format
        self.bytes = bytes
        self.order = order
    }
}

extension SessionExport {
    /// A topic on which the sender speaks: by it a source tells whose the session is.
    public var topic: [UInt8] {
        SessionFormat(word: format).map { $0.topic(of: sender) } ?? sender
    }
}

/// How the sessions of one workspace fared. Counts since it was made.
public struct SessionCounters: Sendable, Equatable, BitwiseCopyable {
    /// Sessions held now.
    public var held: UInt64 = 0
    /// Bytes held now.
    public var bytes: UInt64 = 0
    /// Sessions that had to go for others: more senders, or more to remember, than the limits let.
    public var evicted: UInt64 = 0
    /// Stored sessions that were not taken back: unknown source, unknown format, broken bytes.
    public var dropped: UInt64 = 0

    public init() {}
}

extension CompiledSources {
    /// The sessions that changed since the last call, for a snapshot; what is gone comes first,
    /// with empty bytes. To be stored in this order, each by source, sender and format.
    ///
    /// A snapshot that carries them together with the journal position up to which the workspace
    /// has decoded makes a restart exact: the same messages after it give the same readings.
    /// Allocates; meant for every snapshot, not for every message.
    public func changedSessions(in workspace: inout DecodingWorkspace) -> [SessionExport] {
        workspace.sessions.takeChanges(names: definitions.map(\.name))
    }

    /// All sessions, least recently used first, for a change of the set of sources:
    /// `new.restore(old.allSessions(in: workspace), into: &newWorkspace)`.
    public func allSessions(in workspace: DecodingWorkspace) -> [SessionExport] {
        workspace.sessions.exportAll(names: definitions.map(\.name))
    }

    /// Takes stored sessions back, in any order, before the first message is decoded. What belongs
    /// to no source of this set, or has an unknown format or broken bytes, is dropped; what an
    /// earlier version wrote in a form that is read no more is to be deleted with the next changes.
    ///
    /// - Returns: how many were dropped; also counted in ``DecodingWorkspace/sessionCounters``.
    @discardableResult
    public func restore(
        _ exports: [SessionExport], into workspace: inout DecodingWorkspace
    ) -> Int {
        var dropped = 0
        for export in exports.sorted(by: { $0.order < $1.order }) {
            guard let source = source(named: export.source),
                let format = SessionFormat(word: export.format),
                !export.bytes.isEmpty, export.bytes.count <= DecodingLimits.sessionBytesMax,
                export.sender.count <= DecodingLimits.sessionSenderBytesMax,
                format.isWellFormed(export.bytes)
            else {
                dropped += 1
                if let source = source(named: export.source),
                    SessionFormat.isOutdated(export.format)
                {
                    workspace.sessions.noteOutdated(source, export)
                }
                continue
            }
            workspace.sessions.restore(source, format, export)
        }
        workspace.sessions.counters.dropped += UInt64(dropped)
        return dropped
    }
}

extension CompiledSources {
    /// Forgets what is remembered of senders that speak on such topics. The next
    /// ``changedSessions(in:)`` says so of those that were stored.
    public func forgetSessions(
        in workspace: inout DecodingWorkspace, where isMeant: (_ topic: [UInt8]) -> Bool
    ) {
        workspace.sessions.endAll { isMeant($0.format.topic(of: $0.sender)) }
    }
}

extension DecodingWorkspace {
    /// How the sessions of this workspace fare.
    public var sessionCounters: SessionCounters { sessions.counters }
}
