import ArgumentParser
import Foundation
import Glibc
import IngestJournal
import StateStore

/// How long a command waits for the running gateway.
struct GatewayWait: ParsableArguments {
    @Option(help: "Seconds to wait for a running gateway at most; 0: don't wait.")
    var wait = 15

    func validate() throws {
        guard (0...86_400).contains(wait) else {
            throw ValidationError("--wait is 0 to 86400 seconds, not \(wait)")
        }
    }

    /// Counted from now.
    var deadline: Date { Date(timeIntervalSinceNow: Double(wait)) }
}

/// How new `state.db` is. A running gateway holds in memory what came since its last snapshot.
enum NewestFromGateway {
    /// No gateway runs that could know more.
    case notRunning
    /// The gateway has stored what it held when it was asked.
    case stored
    /// It did not, or not in time: the file is that of its last snapshot.
    case missing

    /// Has the gateway that runs on `dataFolder` store what it holds, and waits for it until
    /// `deadline`. A deadline that is over asks nothing of it.
    static func ask(
        _ store: SQLiteStateStore, dataFolder: String, until deadline: Date
    ) throws -> NewestFromGateway {
        guard try isRunning(dataFolder) else { return .notRunning }
        var request: Int64?
        while Date() < deadline {
            // It may hold its file for longer than a look waits: then that is tried again.
            do throws(StateStoreError) {
                if let request {
                    if try store.isSaveDone(request) { return .stored }
                } else {
                    request = try store.requestSave()
                }
            } catch {
                guard case .busy = error else { throw error }
            }
            usleep(50_000)
            guard try isRunning(dataFolder) else {
                // One that ends in order has stored everything; one that was killed will find what
                // is missing in its journal.
                return .notRunning
            }
        }
        return .missing
    }

    static func isRunning(_ dataFolder: String) throws -> Bool {
        try SQLiteIngestJournal.owner(ofJournalAt: dataFolder + "/journal.db") != nil
    }

    /// What is to be said where the newest are missing.
    static func warning(flushSeconds: Int) -> String {
        "the running gateway has not stored what came since its last snapshot, as a rule one in "
            + "\(flushSeconds) s (state.flush_seconds): that is missing here"
    }
}
