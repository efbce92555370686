import CustomerStore
import Customers
import Logging
import PayloadDecoding
import Synchronization
import TelemetryPipeline
import VehicleSignals

/// Gives names to the vehicles whose VIN was reported under them; the registry follows.
final class NameLinking: Sendable {
    let tally = OutcomeTally()
    private let customers: CustomerStore
    private let logger: Logger
    private let wasNoted = Atomic<Bool>(true)
    /// Of the registry in which every report was looked at; -1 before the first look.
    private let settledVersion = Atomic<Int64>(-1)

    init(customers: CustomerStore, logger: Logger) {
        self.customers = customers
        self.logger = logger
    }

    /// Stores what was reported: a snapshot that holds the message is stored next.
    func note(_ reports: [ReportedVIN], _ sources: CompiledSources) throws {
        let reported = reports.compactMap { report -> ReportedName? in
            // Names in the registry are texts.
            String(validating: report.name.externalID, as: UTF8.self).map {
                ReportedName(
                    name: Customers.VehicleName(
                        source: sources.name(of: report.name.source), externalID: $0),
                    vin: report.vin)
            }
        }
        try customers.note(reported, now: systemNow())
        wasNoted.store(true, ordering: .releasing)
    }

    /// Links whatever can be, if anything was reported or imported since the last time. Apart from
    /// snapshots and registry, so that a failure here holds up neither.
    func settle() throws {
        let version = try customers.registryVersion()
        let isChanged = version != settledVersion.load(ordering: .relaxed)
        guard wasNoted.exchange(false, ordering: .acquiring) || isChanged else { return }
        let settled: [SettledName]
        do {
            settled = try customers.settleReportedNames(all: isChanged, now: systemNow())
        } catch {
            wasNoted.store(true, ordering: .relaxed)
            throw error
        }
        let linked = settled.count { $0.refusal == nil }
        // Its own links have it look at nothing again; an import that came between does.
        settledVersion.store(linked > 0 ? version + 1 : version, ordering: .relaxed)
        tally.count(taken: linked, refused: settled.count - linked)
        for name in settled {
            let words: Logger.Metadata = [
                "source": "\(name.name.source)", "vehicle": "#\(name.vehicle.number)",
            ]
            if let refusal = name.refusal {
                logger.warning(
                    "a VIN that came in a value does not link its name: \(refusal.sentence)",
                    metadata: words)
            } else {
                logger.notice("a VIN that came in a value has linked its name", metadata: words)
            }
        }
    }
}

extension NameRefusal {
    /// Why, and what to do.
    fileprivate var sentence: String {
        switch self {
        case .nameTaken: "the name is another vehicle's; import whose it is now"
        case .vehicleTaken:
            "the source calls the vehicle by another name already; import the new one if the "
                + "device was changed"
        case .severalVINs: "several VINs came under it; import whose it is now"
        }
    }
}
