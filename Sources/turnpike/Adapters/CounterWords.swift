package import GatewayAPI
package import TelemetryPipeline

// The pipeline's counters by the words that doors show.
extension PipelineCounters {
    /// What was parked, by source and reason, in their order.
    package var refusals: [GatewaySnapshot.Refusals] {
        quarantinedBy.map { .init(source: $0.source, reason: $0.reason, count: $1) }
            .sorted { ($0.source, $0.reason) < ($1.source, $1.reason) }
    }

    /// Every reason always, so that nobody takes a series that is not there for a good one.
    package var readingCounts: GatewaySnapshot.Readings {
        var counts = GatewaySnapshot.Readings()
        counts.decoded = readings
        counts.dropped = [
            .init("absent", valuesAbsent), .init("out_of_range", valuesOutOfRange),
            .init("unknown_name", valuesUnknown), .init("unexplained", valuesUnexplained),
            .init("incomplete", transfersIncomplete), .init("gated", readingsGated),
            .init("in_future", readingsInFuture), .init("odometer_refused", odometerRefused),
        ]
        return counts
    }
}
