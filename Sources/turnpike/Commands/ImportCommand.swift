import ArgumentParser
import CustomerStore
import Foundation

/// Takes customers, vehicles, dealers and rights from CSV files.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes a CSV file of one kind into the customer store.",
        discussion: """
            Kinds: \(ImportKind.allCases.map(\.rawValue).joined(separator: ", ")). docs/import.md \
            explains the columns. Delimiter and encoding are detected. Good rows land, every \
            rejected row is reported with line and reason, and the same file again changes \
            nothing. A running gateway takes the news within a second or two.

            Exit code 0: every row landed. 2: some rows were rejected. 1: nothing could be taken.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "What the file holds.")
    var kind: String
    @Argument(help: "The CSV file.")
    var file: String

    func run() throws {
        guard let known = ImportKind(rawValue: kind) else {
            throw ValidationError(
                "nobody knows the kind \"\(kind)\"; write one of "
                    + ImportKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let store = try openCustomers(options.gatewayConfiguration())
        let isTerminal = isatty(2) == 1
        var lastShown = Date()
        let result: ImportResult
        var landed: [GeneratedSecret] = []
        do {
            result = try store.importCSV(kind: known, path: file, now: systemNow()) { progress in
                // Shown as soon as they are on disk: what ends the import later cannot take
                // them away.
                landed += progress.newSecrets
                if !options.json { progress.newSecrets.forEach(Self.show) }
                guard isTerminal, Date().timeIntervalSince(lastShown) > 0.5 else { return }
                lastShown = Date()
                let share = progress.bytesRead * 100 / max(progress.bytesTotal, 1)
                printError("\(progress.rows) rows, \(share) %")
            }
        } catch let error as ImportError {
            printError("\(file): \(error)")
            throw ExitCode(1)
        } catch {
            try reportEnd(error, landed)
            throw ExitCode(1)
        }
        try report(result)
        if result.rejectedCount > 0 { throw ExitCode(2) }
    }

    private struct Secret: Encodable {
        var dealer, url, secret: String

        init(_ secret: GeneratedSecret) {
            dealer = secret.dealer
            url = secret.url
            self.secret = secret.secret
        }
    }

    private static func show(_ secret: GeneratedSecret) {
        print("secret for \(secret.dealer) at \(secret.url): \(secret.secret)")
    }

    /// The import ended before its end: what landed stays, its secrets with it.
    private func reportEnd(_ error: any Error, _ landed: [GeneratedSecret]) throws {
        struct Answer: Encodable {
            var kind, error: String
            var secrets: [Secret]
        }
        if options.json {
            try printJSON(
                Answer(kind: kind, error: "\(error)", secrets: landed.map { Secret($0) }))
        }
        printError(
            "\(file): \(error); the rows before stay, import the file again for the others")
    }

    private func report(_ result: ImportResult) throws {
        struct Rejection: Encodable {
            var line: Int
            var column: String?
            var reason: String
        }
        struct Answer: Encodable {
            var kind: String
            var rows, added, changed, unchanged, rejected: Int
            var rejections: [Rejection]
            var warnings: [String]
            var secrets: [Secret]
        }
        if options.json {
            return try printJSON(
                Answer(
                    kind: result.kind.rawValue, rows: result.rows, added: result.added,
                    changed: result.changed, unchanged: result.unchanged,
                    rejected: result.rejectedCount,
                    rejections: result.rejected.map {
                        Rejection(line: $0.line, column: $0.column, reason: $0.reason)
                    },
                    warnings: result.warnings,
                    secrets: result.generatedSecrets.map { Secret($0) }))
        }
        for warning in result.warnings { printError("warning: \(warning)") }
        for row in result.rejected { printError("\(file):\(row)") }
        print(
            "\(result.kind.rawValue): \(result.rows) rows, \(result.added) added, "
                + "\(result.changed) changed, \(result.unchanged) unchanged, "
                + "\(result.rejectedCount) rejected")
    }
}
