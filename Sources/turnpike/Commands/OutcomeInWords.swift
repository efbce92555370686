package import PayloadDecoding

/// What a message brought besides its readings, by the words that `/metrics` counts them under.
package struct OutcomeInWords: Encodable, Equatable {
    var topic: String
    var readings, unknown_name, absent, out_of_range, unexplained, incomplete: UInt32
    var wants_rebirth: Bool

    package init(_ outcome: DecodeOutcome, readings: Int, topic: String) {
        self.topic = topic
        self.readings = UInt32(clamping: readings)
        unknown_name = outcome.unknownSignals
        absent = outcome.absent
        out_of_range = outcome.outOfRange
        unexplained = outcome.unexplained
        incomplete = outcome.droppedTransfers
        wants_rebirth = outcome.wantsRebirth
    }

    /// `nil` where there is nothing to tell: all that is mapped became readings.
    package var sentence: String? {
        var parts: [String] = []
        if absent > 0 { parts.append("\(absent) marked as absent") }
        if out_of_range > 0 { parts.append("\(out_of_range) out of range") }
        if unknown_name > 0 { parts.append("\(unknown_name) under names that nobody maps") }
        if unexplained > 0 { parts.append("\(unexplained) that no birth explains") }
        if incomplete > 0 { parts.append("\(incomplete) in frames that do not make a message") }
        if wants_rebirth { parts.append("the node should send its births again") }
        if parts.isEmpty {
            guard readings == 0 else { return nil }
            return "no reading: the message is known and holds nothing that is mapped"
        }
        let count =
            readings == 0 ? "no reading" : readings == 1 ? "1 reading" : "\(readings) readings"
        return count + "; " + parts.joined(separator: ", ")
    }
}
