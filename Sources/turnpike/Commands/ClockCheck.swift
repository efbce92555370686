import CSystemClock
import Foundation
import Glibc
package import VehicleSignals

/// What can be seen of the machine's clock from outside: the kernel's own word, and whatever else
/// on this machine bears a time.
package struct ClockObservations: Sendable, Equatable {
    package var now: Timestamp
    /// Whether the kernel says that somebody keeps its clock; `nil` where it cannot be asked.
    package var isKept: Bool?
    /// The kernel's own estimate of the largest error, in microseconds.
    package var largestErrorMicroseconds: Int?
    /// The time that the data folder's file system gave to a file written just now.
    package var fileTime: Timestamp?
    /// The latest arrival in the journal, by this clock as it was then.
    package var newestArrival: Timestamp?

    package init(now: Timestamp) { self.now = now }
}

/// Looks at the clock, by which permissions begin and end and messages are believed.
package enum ClockCheck {
    /// Event times further ahead than this are not believed, so a clock that is slower by as much
    /// costs messages.
    static let toleranceMilliseconds: Int64 = 300_000
    /// A file system that differs by more has another machine's clock.
    static let fileToleranceMilliseconds: Int64 = 5_000
    /// What the kernel may be off by, by its own word, before it is worth one.
    static let errorMicrosecondsMax = 1_000_000

    package struct Finding: Sendable, Equatable {
        /// `good`, `warning` or `problem`.
        package var level: String
        package var sentence: String
        package var remedy: String
    }

    /// Asks the kernel and the file system.
    /// - Parameter folder: where a small file may be written for a moment.
    static func observe(folder: String, newestArrival: Timestamp?) -> ClockObservations {
        var observed = ClockObservations(now: systemNow())
        // With no mode set it only reads, which needs no right.
        var kernel = timex()
        let state = unsafe adjtimex(&kernel)
        if state >= 0 {
            observed.isKept = state != TIME_ERROR && kernel.status & STA_UNSYNC == 0
            observed.largestErrorMicroseconds = Int(kernel.maxerror)
        }
        let probe = folder + "/.clock-\(getpid())"
        if FileManager.default.createFile(atPath: probe, contents: Data()) {
            var status = stat()
            if unsafe stat(probe, &status) == 0 {
                observed.fileTime = Timestamp(
                    milliseconds: Int64(status.st_mtim.tv_sec) * 1000
                        + Int64(status.st_mtim.tv_nsec) / 1_000_000)
            }
            try? FileManager.default.removeItem(atPath: probe)
        }
        observed.newestArrival = newestArrival
        return observed
    }

    /// What the observations mean.
    package static func findings(_ observed: ClockObservations) -> [Finding] {
        var findings = [kernelFinding(observed)]
        if let file = observed.fileTime {
            let apart = abs(file.since(observed.now).milliseconds)
            if apart > fileToleranceMilliseconds {
                findings.append(
                    Finding(
                        level: "warning",
                        sentence: "the data folder's file system is \(seconds(apart)) apart from "
                            + "this machine's clock",
                        remedy: "keep both clocks by the same server, or put the data folder on a "
                            + "disk of this machine"))
            }
        }
        if let newest = observed.newestArrival {
            let ahead = newest.since(observed.now).milliseconds
            if ahead > 0 {
                findings.append(
                    Finding(
                        level: ahead > toleranceMilliseconds ? "problem" : "warning",
                        sentence: "the newest message in the journal arrived at \(newest.rfc3339), "
                            + "\(seconds(ahead)) ahead of now: the clock went back, or runs slow",
                        remedy: "set the clock right and have it kept; until then permissions hold "
                            + "longer or shorter than they should"))
            }
        }
        return findings
    }

    private static func kernelFinding(_ observed: ClockObservations) -> Finding {
        let now = observed.now.rfc3339
        let remedy =
            "run chrony or systemd-timesyncd; event times more than five minutes ahead of this "
            + "clock are not believed"
        switch observed.isKept {
        case true?:
            let error = observed.largestErrorMicroseconds ?? 0
            let words = "it is \(now), kept, at most \(error / 1000) ms off by the kernel's word"
            if error > errorMicrosecondsMax {
                return Finding(level: "warning", sentence: words, remedy: remedy)
            }
            return Finding(level: "good", sentence: words, remedy: "")
        case false?:
            return Finding(
                level: "warning",
                sentence: "it is \(now), and the kernel says that nobody keeps its clock",
                remedy: remedy)
        case nil:
            return Finding(
                level: "warning",
                sentence: "it is \(now); whether somebody keeps the clock cannot be asked here",
                remedy: "look on the machine itself: timedatectl, or chronyc tracking")
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\((milliseconds % 1000) / 100) s"
    }
}
