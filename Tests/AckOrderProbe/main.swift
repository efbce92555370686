// A gateway in miniature for the test that watches system calls: every message goes into a file,
// every round ends with fdatasync. Arguments: port, topic, file, messages to take before it ends.

import Foundation
import Glibc
import MQTTLink
import Synchronization
import VehicleSignals

final class FileConsumer: RoundConsumer {
    private let descriptor: Int32
    private let taken = Atomic<Int>(0)

    init?(path: String) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        if descriptor < 0 { return nil }
    }

    var count: Int { taken.load(ordering: .acquiring) }

    func receive(topic: RawSpan, payload: RawSpan, flags: MessageFlags) -> RoundRoom {
        let written = unsafe payload.withUnsafeBytes { bytes in
            unsafe write(descriptor, bytes.baseAddress, bytes.count)
        }
        if written == payload.byteCount { taken.add(1, ordering: .acquiringAndReleasing) }
        return .room
    }

    func commitRound() -> RoundOutcome {
        fdatasync(descriptor) == 0 ? .durable : .notDurable(reason: "fdatasync failed")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let port = Int(arguments[1]), let wanted = Int(arguments[4]),
    let consumer = FileConsumer(path: arguments[3])
else { exit(2) }
var configuration = MQTTConnectionConfiguration(
    host: "127.0.0.1", port: port, clientIdentifier: "ack-order-probe")
configuration.subscriptions = [MQTTSubscription(filter: arguments[2])]
let connection = try MQTTConnection(
    configuration, consumer: consumer, clock: { Timestamp(seconds: Int64(time(nil))) })
try connection.start()
let deadline = ContinuousClock.now + .seconds(60)
while connection.counters.acknowledgements < UInt64(wanted), ContinuousClock.now < deadline {
    usleep(2_000)
}
connection.stop()
exit(consumer.count >= wanted ? 0 : 1)
