#!/usr/bin/env bash
# Builds the tests once and runs them in groups, a process each. Swift Testing runs all suites of
# a process side by side on as many threads as there are cores; suites that wait for brokers,
# disks and programs would hold those threads and make the timings of the others meaningless.
set -euo pipefail
cd "$(dirname "$0")/.."

run() {
    echo "== $1"
    swift test -c release --disable-testable-imports --skip-build --filter "$1"
}

echo "== building the tests"
swift test -c release --disable-testable-imports --filter '^RepositoryTests\.'
run '^(VehicleSignalsTests|PayloadDecodingTests|VehicleStateTests|TriggerRulesTests)\.'
run '^(CustomersTests|UsageAggregatesTests|FleetSimulatorTests|ConfigurationFilesTests)\.'
run '^(IngestJournalTests|StateStoreTests)\.'
run '^CustomerStoreTests\.'
run '^TelemetryPipelineTests\.'
run '^MQTTLinkTests\.'
run '^TriggerDeliveryTests\.'
run '^GatewayAPITests\.'
run '^TurnpikeTests\.'
run '^SimulatorTests\.'
run '^EndToEndTests\.'
