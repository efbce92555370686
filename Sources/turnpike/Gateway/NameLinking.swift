import CustomerStore
import Customers
import Logging
import PayloadDecoding
import TelemetryPipeline
import VehicleSignals

/// Gives names to the vehicles whose VIN was reported under them; the registry follows.
final class NameLinking: Sendable {
    let tally = OutcomeTally()
    private let customers: CustomerStore
    private let logger: Logger

    init(customers: CustomerStore, logger: Logger) {
        self.customers = customers
        self.logger = logger
    }

    /// Stores what was reported, and links whatever can be, also of what was reported before:
    /// meanwhile an import may have brought the vehicle.
    func link(_ reports: [ReportedVIN], _ sources: CompiledSources) throws {
        let reported = reports.compactMap { report -> ReportedName? in
            // Names in the registry are texts.
            String(validating: report.name.externalID, as: UTF8.self).map {
                ReportedName(
                    name: Customers.VehicleName(
                        source: sources.name(of: report.name.source), externalID: $0),
                    vin: report.vin)
            }
        }
        let outcome = try customers.link(reported, now: systemNow())
        tally.count(taken: outcome.linked.count, refused: outcome.refused.count)
        for report in outcome.linked {
            logger.notice(
                "a name was linked by the VIN that came under it", metadata: Self.words(report))
        }
        for refusal in outcome.refused {
            logger.warning(
                "a name is not linked by the VIN that came under it: \(refusal.reason.sentence)",
                metadata: Self.words(refusal.report))
        }
    }

    private static func words(_ report: ReportedName) -> Logger.Metadata {
        ["source": "\(report.name.source)", "name": "\(report.name.externalID)"]
    }
}

extension NameRefusal {
    /// Why, and what to do.
    fileprivate var sentence: String {
        switch self {
        case .nameTaken: "the name is another vehicle's; import who has it now"
        case .vehicleTaken:
            "the source calls that vehicle by another name already; import the new one if the "
                + "device was changed"
        }
    }
}
