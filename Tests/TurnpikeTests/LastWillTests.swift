import ConfigurationFiles
import Foundation
import MQTTLink
import Testing
import turnpike

/// What the broker says in the gateway's stead, and where it must not.
@Suite struct LastWillTests {
    private func configuration(_ broker: String) throws -> GatewayConfiguration {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try GatewayConfiguration.read(
            text: "broker:\n" + broker, file: root.path + "/config/gateway.yaml", environment: [:])
    }

    @Test func `the will is what the file says`() throws {
        let settings = try configuration(
            """
              last_will_topic: site/turnpike/status
              last_will_payload: gone
              last_will_qos: 2
              last_will_retain: true
            """)
        _ = try LoadedConfiguration(gateway: settings)
        let will = try #require(try settings.broker.connection(number: 1, filters: ["a"]).lastWill)
        #expect(will.topic == "site/turnpike/status" && will.payload == Array("gone".utf8))
        #expect(will.quality == .exactlyOnce && will.isRetained)
        let none = try configuration("  host: h")
        #expect(try none.broker.connection(number: 1, filters: ["a"]).lastWill == nil)
    }

    @Test(arguments: [
        "  last_will_topic: vss/CAR-1/telemetry",
        "  last_will_topic: vehicles/7/status\n  subscriptions: [\"vehicles/#\"]",
        "  last_will_topic: vehicles/7\n  subscriptions: [\"vehicles/+\"]",
    ])
    func `a topic on which vehicles speak is refused`(broker: String) throws {
        let settings = try configuration(broker)
        let mistakes = #expect(throws: ConfigurationMistakes.self) {
            _ = try LoadedConfiguration(gateway: settings)
        }
        #expect(mistakes?.all.first?.file == "broker.last_will_topic")
        #expect(mistakes?.all.first?.message.contains("vehicles speak") == true)
    }
}
