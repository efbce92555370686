public import VehicleSignals

/// Who takes the messages of a connection, round by round, and says when they are safe.
///
/// All calls come from the connection's own thread, never two at once: any number of
/// ``receive(topic:payload:flags:)``, then one ``commitRound()``, repeated until it is durable.
public protocol RoundConsumer: AnyObject, Sendable {
    /// Takes one message. The bytes are valid during the call only.
    ///
    /// Answering ``RoundRoom/full`` ends the round; the message itself counts as taken, and with
    /// TLS up to a record's worth (16 KB) of messages may still follow.
    /// - Parameter flags: quality of service and retain flag; libmosquitto does not tell whether
    ///   the broker sent the message before.
    func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> RoundRoom

    /// Makes the messages since the last durable round durable and returns once they are. Only
    /// then do their acknowledgements leave.
    ///
    /// After ``RoundOutcome/notDurable(reason:)`` it is called again, with nothing received in
    /// between, until it succeeds or the connection is stopped.
    func commitRound() -> RoundOutcome
}

/// Whether the consumer has room for further messages in this round.
public enum RoundRoom: Sendable {
    case room
    case full
}

/// How a commit ended.
public enum RoundOutcome: Sendable, Equatable {
    case durable
    /// Nothing of the round may be acknowledged yet; the reason is shown in the status.
    case notDurable(reason: String)
}
