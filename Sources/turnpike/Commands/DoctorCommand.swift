import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import IngestJournal
import MQTTLink
import VehicleSignals

/// Looks at what surrounds the gateway: broker, disk, clock, journal.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at the broker's limits, the disk, the clock and the journal.",
        discussion: """
            Connects to the broker with a session of its own, publishes a few small messages below \
            turnpike/doctor and takes them back. Exit code 1 if something keeps the gateway from \
            working.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Leave the broker alone.")
    var withoutBroker = false

    struct Finding: Encodable {
        var check, level, sentence, remedy: String
    }

    func run() throws {
        let configuration = try options.gatewayConfiguration()
        var findings = try diskFindings(configuration)
        let journal = journalFindings(configuration)
        findings += clockFindings(configuration, newestArrival: journal.newestArrival)
        findings += journal.findings
        if !withoutBroker {
            let probe = BrokerProbe(
                try configuration.broker.connection(number: 1, filters: []),
                topicPrefix: "turnpike/doctor")
            findings += probe.run().findings.map {
                Finding(
                    check: "broker." + $0.check, level: $0.level.rawValue, sentence: $0.sentence,
                    remedy: $0.remedy)
            }
        }
        for finding in findings {
            if options.json {
                try printJSON(finding)
            } else {
                let remedy = finding.remedy.isEmpty ? "" : "\n           → \(finding.remedy)"
                print(
                    "\(finding.level.padded(to: 9))\(finding.check): \(finding.sentence)\(remedy)")
            }
        }
        if findings.contains(where: { $0.level == "problem" }) { throw ExitCode(1) }
    }

    /// Free room on the data folder's disk; below this the journal will soon stop reading.
    private static let freeBytesMin: UInt64 = 2 << 30

    private func diskFindings(_ configuration: GatewayConfiguration) throws -> [Finding] {
        let folder = configuration.dataFolder
        do {
            try makeDataFolder(configuration)
            let probe = folder + "/.doctor-\(getpid())"
            try Data("x".utf8).write(to: URL(fileURLWithPath: probe))
            try FileManager.default.removeItem(atPath: probe)
        } catch {
            return [
                Finding(
                    check: "disk", level: "problem", sentence: "\(folder) cannot be written",
                    remedy: "give the gateway's user the folder, or name another with  data:")
            ]
        }
        var figures = statvfs()
        guard unsafe statvfs(folder, &figures) == 0 else { return [] }
        let free = UInt64(figures.f_bavail) * UInt64(figures.f_frsize)
        let words = "\(free >> 20) MB free in \(folder)"
        if free < Self.freeBytesMin {
            return [
                Finding(
                    check: "disk", level: "warning", sentence: words,
                    remedy:
                        "a full disk stops reading; make room, or shorten journal.retention_hours")
            ]
        }
        return [Finding(check: "disk", level: "good", sentence: words, remedy: "")]
    }

    private func clockFindings(
        _ configuration: GatewayConfiguration, newestArrival: Timestamp?
    ) -> [Finding] {
        let observed = ClockCheck.observe(
            folder: configuration.dataFolder, newestArrival: newestArrival)
        return ClockCheck.findings(observed).map {
            Finding(check: "clock", level: $0.level, sentence: $0.sentence, remedy: $0.remedy)
        }
    }

    private func journalFindings(
        _ configuration: GatewayConfiguration
    ) -> (findings: [Finding], newestArrival: Timestamp?) {
        func finding(_ level: String, _ sentence: String) -> Finding {
            Finding(check: "journal", level: level, sentence: sentence, remedy: "")
        }
        let path = configuration.dataFolder + "/journal.db"
        guard FileManager.default.fileExists(atPath: path) else {
            return ([finding("good", "there is none yet; the first run makes it")], nil)
        }
        do {
            let found = try SQLiteIngestJournal.verify(path: path)
            if found.isSound {
                let words =
                    "\(found.messages) messages in \(found.batches) batches, every checksum right"
                return ([finding("good", words)], found.newestArrival)
            }
            return (found.flaws.map { finding("problem", "\($0)") }, found.newestArrival)
        } catch {
            return ([finding("problem", "\(error)")], nil)
        }
    }
}

extension String {
    /// Filled with spaces up to `width` characters.
    func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
