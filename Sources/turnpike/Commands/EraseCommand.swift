import ArgumentParser
import ConfigurationFiles
import CustomerStore
import Customers
import Foundation
import Glibc
import IngestJournal
import PayloadDecoding
import StateStore
import TelemetryPipeline
import VehicleSignals

/// Erases what is kept of one vehicle.
struct EraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erases what is kept of one vehicle: state, days, quarantine, journal.",
        discussion: """
            turnpike erase WVWZZZ1JZXW000001
            turnpike erase native:CAR-1

            Withdraws the vehicle's open leads, which their dealers hear, blanks its messages in \
            the journal, and removes its state, its days, what was found out from it, its messages \
            in quarantine and names of its own that nobody linked. Messages that come afterwards \
            are taken as ever: close the vehicle's gate first if that is not meant. That there \
            were leads, their history and the ledger stay as the record of what was shared.

            A running gateway does it; otherwise this command does it itself.

            Exit code 0: all is erased, or the running gateway has been asked and goes on by \
            itself; the answer says which. 2: erased but for damaged batches of the journal. 64: \
            nothing of that name. 1: it failed; the message says whether the wish is kept.
            """)

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "A VIN, another name of the vehicle, source:name, or # and its number.")
    var vehicle: String
    @Option(help: "Seconds to wait for a running gateway at most; 0: don't wait.")
    var wait = 3600

    func validate() throws {
        guard (0...86_400).contains(wait) else {
            throw ValidationError("--wait is 0 to 86400 seconds, not \(wait)")
        }
    }

    func run() throws {
        let loaded = try options.everything()
        let customers = try openCustomers(loaded.gateway)
        let state = try openState(options)
        let target = try target(loaded, customers, state)
        let id = try state.requestErasure(
            of: target.vehicle, source: target.source, externalID: target.externalID,
            now: systemNow())
        let request: ErasureRequest
        do {
            let journal = try SQLiteIngestJournal(path: loaded.gateway.dataFolder + "/journal.db")
            defer { journal.close() }
            request = try eraseHere(id, target, loaded, customers, state, journal)
        } catch JournalError.inUse {
            request = try waitForGateway(id, state)
        } catch {
            printError("the wish is kept: the next gateway to start on this folder does it")
            throw error
        }
        try show(request)
    }

    private struct Target {
        var vehicle: VehicleKey
        var source = ""
        var externalID: [UInt8] = []
    }

    /// The one vehicle, or the one name without a vehicle, that is meant.
    private func target(
        _ loaded: LoadedConfiguration, _ customers: CustomerStore, _ state: SQLiteStateStore
    ) throws -> Target {
        let keys = try customers.findVehicles(vehicle)
        if let key = keys.first {
            guard keys.count == 1 else {
                throw ValidationError(
                    "\"\(vehicle)\" is the name of \(keys.count) vehicles; give source:name")
            }
            return Target(vehicle: key)
        }
        // A name that leads to no vehicle: told by its source, or if only one source has it.
        let known = try state.unlinkedNames().filter { name in
            let id = String(decoding: name.externalID, as: UTF8.self)
            return id == vehicle || "\(name.source):\(id)" == vehicle
        }
        if let colon = vehicle.firstIndex(of: ":"), known.isEmpty,
            loaded.sources.source(named: String(vehicle[..<colon])) != nil
        {
            return Target(
                vehicle: .unknown, source: String(vehicle[..<colon]),
                externalID: Array(vehicle[vehicle.index(after: colon)...].utf8))
        }
        guard let name = known.first else {
            throw ValidationError(
                "nothing is known as \"\(vehicle)\"; give a VIN, a name, or source:name")
        }
        guard known.count == 1 else {
            throw ValidationError("\(known.count) sources know \"\(vehicle)\"; give source:name")
        }
        return Target(vehicle: .unknown, source: name.source, externalID: name.externalID)
    }

    /// Nobody else has the journal open, and nobody can open it until this is over.
    private func eraseHere(
        _ id: Int64, _ target: Target, _ loaded: LoadedConfiguration, _ customers: CustomerStore,
        _ state: SQLiteStateStore, _ journal: SQLiteIngestJournal
    ) throws -> ErasureRequest {
        guard let request = try state.erasure(id) else {
            throw ValidationError("the request is gone from state.db; ask again")
        }
        let registry = RegistryLoader(
            sources: loaded.sources, rules: loaded.rules, fallbackZone: loaded.gateway.timeZone
        ).registry(of: try customers.registrySnapshot())
        let names = try customers.names(of: target.vehicle)
        let match = ErasureMatch(
            sources: [loaded.sources], registry: registry, vehicle: target.vehicle,
            name: loaded.sources.source(named: target.source).map {
                UnlinkedNames.Name(source: $0, externalID: target.externalID)
            }, names: names.map { Array($0.externalID.utf8) })
        let erasure = Erasure(
            match: match, state: state, customers: customers, usage: UsageErasures())
        let unlinked = try state.unlinkedNames().compactMap { name -> UnlinkedNames.Entry? in
            guard let source = loaded.sources.source(named: name.source) else { return nil }
            return UnlinkedNames.Entry(
                name: UnlinkedNames.Name(source: source, externalID: name.externalID),
                key: name.number, firstSeen: name.firstSeen, lastSeen: name.lastSeen)
        }
        say("erasing state, days and quarantine")
        let next = try erasure.eraseState(request, unlinked: unlinked, now: systemNow())
        say("searching the journal")
        return try erasure.eraseJournal(next, journal)
    }

    private func waitForGateway(_ id: Int64, _ state: SQLiteStateStore) throws -> ErasureRequest {
        say("the running gateway is asked to do it")
        let deadline = Date(timeIntervalSinceNow: Double(wait))
        var told = ErasureStep.asked
        while true {
            guard let request = try standing(id, state) else {
                throw ValidationError("the request is gone from state.db; ask again")
            }
            if request.step != told {
                told = request.step
                if told == .journal { say("state is erased; the journal is searched") }
            }
            if request.step.isOver || Date() >= deadline { return request }
            usleep(100_000)
        }
    }

    /// How far the gateway is. It may hold its file for longer than a look waits: what was asked
    /// for stands all the same, so that is looked at again.
    private func standing(_ id: Int64, _ state: SQLiteStateStore) throws -> ErasureRequest? {
        var attempts = 0
        while true {
            do throws(StateStoreError) {
                return try state.erasure(id)
            } catch {
                guard case .busy = error, attempts < 10 else { throw error }
                attempts += 1
            }
        }
    }

    /// Progress, for people only.
    private func say(_ words: String) {
        if !options.json { printError(words) }
    }

    private func show(_ request: ErasureRequest) throws {
        struct Answer: Encodable {
            var vehicle, step: String
            var states, days, names, quarantined, messages, batches, unreadable_batches: Int
        }
        let figures = request.figures
        if options.json {
            try printJSON(
                Answer(
                    vehicle: vehicle, step: request.step.rawValue, states: figures.states,
                    days: figures.days, names: figures.names, quarantined: figures.quarantined,
                    messages: figures.messages, batches: figures.batches,
                    unreadable_batches: figures.unreadable))
        } else {
            print(
                "erased: \(figures.states) states, \(figures.days) days, \(figures.names) names, "
                    + "\(figures.quarantined) messages in quarantine, \(figures.messages) in "
                    + "\(figures.batches) batches of the journal")
            switch request.step {
            case .done: break
            case .incomplete:
                printError(
                    "\(figures.unreadable) damaged batches could not be searched; `turnpike "
                        + "doctor` names them. Restore the journal or let its retention remove "
                        + "them, and ask again")
            case .asked:
                print(
                    "the running gateway has been asked and erases as soon as it can; nothing more "
                        + "is to be done")
            case .journal:
                print(
                    "the running gateway is searching the journal and goes on until all is "
                        + "erased; nothing more is to be done")
            }
        }
        if request.step == .incomplete { throw ExitCode(2) }
    }
}
