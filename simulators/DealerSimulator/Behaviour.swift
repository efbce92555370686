import ArgumentParser

/// How the dealer's system behaves towards the gateway.
enum Behaviour: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    case good
    /// Answers after so many milliseconds.
    case slow(Int)
    /// Answers with this status, and takes nothing in.
    case wrong(Int)
    /// Takes the call and never answers.
    case dead
    /// Answers 410: don't send here any more.
    case gone
    /// Fails with this probability, half of the time after it has taken the event in, so that the
    /// gateway has to send it again and it comes twice.
    case flaky(Double)

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count == 2 ? parts[1] : nil) {
        case ("good", nil): self = .good
        case ("dead", nil): self = .dead
        case ("gone", nil): self = .gone
        case ("slow", let value?):
            guard let wait = Int(value), 0...3_600_000 ~= wait else { return nil }
            self = .slow(wait)
        case ("wrong", let value?):
            guard let status = Int(value), 200...599 ~= status else { return nil }
            self = .wrong(status)
        case ("flaky", let value?):
            guard let share = Double(value), 0...1 ~= share else { return nil }
            self = .flaky(share)
        default: return nil
        }
    }

    var description: String {
        switch self {
        case .good: "good"
        case .slow(let wait): "slow:\(wait)"
        case .wrong(let status): "wrong:\(status)"
        case .dead: "dead"
        case .gone: "gone"
        case .flaky(let share): "flaky:\(share)"
        }
    }
}
