import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

/// Which manifest a message needs is told to whoever looks at the error.
@Suite struct `a manifest that nobody entered` {
    private static let unknown =
        "a decoder manifest or a state template that the source's file does not hold"
    private static let vehicleData = `FleetWise vehicle data`.topic

    private static func sentence(_ topic: String, _ payload: [UInt8]) throws -> String? {
        let sources = try StateSources.make()
        var decoder = MessageDecoder(sources)
        do throws(DecodeError) {
            _ = try decoder.decode(topic, payload)
            return nil
        } catch {
            return sources.sentence(of: error, topic: Array(topic.utf8), payload: payload)
        }
    }

    private static func words(_ topic: String, _ payload: [UInt8]) throws -> String? {
        try StateSources.make().missingManifest(topic: Array(topic.utf8), payload: payload)
    }

    private static func states(_ templates: [String]) -> [UInt8] {
        StateSources.edge(
            templates.map { template in
                (template, { $0.signal(1) { $0.double(2, 12.5) } })
            })
    }

    @Test func `is named, in a message and in a block`() throws {
        let message = `FleetWise vehicle data`.data(manifest: "manifest-7")
        let place = try #require(
            (0..<message.count).first { message[$0...].starts(with: "manifest-7".utf8) })
        #expect(
            try Self.sentence(Self.vehicleData, message)
                == "at byte \(place): \(Self.unknown): \"manifest-7\"")
        #expect(
            try Self.sentence(Self.vehicleData, SnappyWriter.pack(message))
                == "at byte 0: \(Self.unknown): \"manifest-7\"")
    }

    @Test func `is the template that is missing, of several`() throws {
        let message = Self.states(["another", "example-template-1", "third", "fourth"])
        for payload in [message, SnappyWriter.pack(message)] {
            let sentence = try #require(try Self.sentence(StateSources.edgeTopic, payload))
            #expect(sentence.hasSuffix(#": "third""#), "\(sentence)")
        }
    }

    @Test func `may be none at all`() throws {
        let message = WireWriter { $0.text(1, "campaign") }.bytes
        #expect(
            try Self.sentence(Self.vehicleData, message)
                == "at byte 0: \(Self.unknown): the message names none")
        let group = WireWriter { $0.message(6) { _ in } }.bytes
        #expect(
            try Self.words(StateSources.edgeTopic, group) == ": the message names none")
    }

    @Test func `may be there after a mending`() throws {
        let held = "; as the file is now, it holds what the message names"
        #expect(try Self.words(Self.vehicleData, `FleetWise vehicle data`.data()) == held)
        let states = Self.states(["another", "example-template-1"])
        #expect(try Self.words(StateSources.edgeTopic, SnappyWriter.pack(states)) == held)
    }

    @Test func `is shown as a terminal can bear it, and not without end`() throws {
        let odd = "a\u{1B}[2J\"\\é\u{0}"
        #expect(
            try Self.words(Self.vehicleData, `FleetWise vehicle data`.data(manifest: odd))
                == #": "a\x1B[2J\"\\\xC3\xA9\x00""#)
        let long = String(repeating: "m", count: 3000)
        #expect(
            try Self.words(Self.vehicleData, `FleetWise vehicle data`.data(manifest: long))
                == ": \"\(String(repeating: "m", count: 200))\"… (3000 bytes)")
    }

    @Test func `is named from what the quarantine keeps of a long message`() throws {
        let message = `FleetWise vehicle data`.data(manifest: "manifest-7")
        for payload in [message, SnappyWriter.pack(message)] {
            let words = try Self.words(Self.vehicleData, payload.dropLast(20))
            #expect(words == #": "manifest-7""#)
        }
        // Whether one is missing behind the end nobody knows.
        let states = Self.states(["another", "example-template-1", "third"])
        for payload in [states, SnappyWriter.pack(states)] {
            #expect(try Self.words(StateSources.edgeTopic, payload.dropLast(4)) == nil)
        }
    }

    @Test func `is not looked for where there is none`() throws {
        #expect(try Self.words("nobody/knows", [0x0A]) == nil)
        #expect(try Self.words(StateSources.cloudTopic, [0x0A]) == nil)
        let message = `FleetWise vehicle data`.data(time: 12)
        let sentence = try #require(try Self.sentence(Self.vehicleData, message))
        #expect(sentence.hasSuffix("before 2000 or after 2100"), "\(sentence)")
    }

    @Test func `no bytes can harm whoever looks`() throws {
        let sources = try StateSources.make()
        let topics = [Self.vehicleData, StateSources.edgeTopic].map { Array($0.utf8) }
        var numbers = SeededNumbers(seed: 91)
        var named = 0
        for _ in 0..<20_000 {
            var payload =
                numbers.chance(1, of: 2)
                ? Self.states(["x"])
                : `FleetWise vehicle data`.data(manifest: "x")
            if numbers.chance(1, of: 2) { payload = SnappyWriter.pack(payload) }
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let place = Int.random(in: 0..<payload.count, using: &numbers)
                payload[place] = UInt8.random(in: 0...255, using: &numbers)
            }
            payload.removeLast(Int.random(in: 0...4, using: &numbers))
            for topic in topics {
                let words = sources.missingManifest(topic: topic, payload: payload)
                #expect(words?.utf8.allSatisfy { $0 >= 0x20 } != false)
                named += words?.hasPrefix(": \"") == true ? 1 : 0
            }
        }
        #expect(named > 5_000)
    }

    @Test func `of a sample is told by the check of its file`() throws {
        let text = try Shipped.text("config/sources/fleetwise.yaml")
            .replacing("example-manifest-1: example", with: "manifest-7: example")
        let error = #expect(throws: ConfigurationMistakes.self) {
            try SourceFile.load(
                text: text, file: "config/sources/fleetwise.yaml", catalogue: Shipped.catalogue())
        }
        let mistake = "\(try #require(error?.all.first))"
        #expect(mistake.contains(#"does not hold: "example-manifest-1""#), "\(mistake)")
        #expect(mistake.contains("take the sample out"), "\(mistake)")
    }

    @Test func `is named as the page says`() throws {
        let message = WireWriter {
            $0.text(1, "c1")
            $0.text(2, "example-manifest-2")
        }.bytes
        let sentence = try #require(try Self.sentence(Self.vehicleData, message))
        #expect(try Shipped.text("docs/sources/fleetwise.md").contains("\n\(sentence)\n"))
    }

    /// The shipped file after a site's change; the sample goes with the example's manifest.
    private static func replaced(
        _ manifests: String, version: String
    ) throws -> SourceDefinition {
        let text = try Shipped.text("config/sources/fleetwise.yaml")
            .split(separator: "\n\n").filter { !$0.contains("\nsample:") }
            .joined(separator: "\n\n")
            .replacing("version: \"2\"", with: "version: \"\(version)\"")
            .replacing("{example-manifest-1: example}", with: manifests)
        return try SourceFile.load(
            text: text, file: "fleetwise.yaml", catalogue: Shipped.catalogue())
    }

    @Test func `is one that was replaced, until it is entered again`() throws {
        let catalogue = try Shipped.catalogue()
        var older: CompiledSources?
        for (version, manifests, readings) in [
            ("2", "{example-manifest-1: example}", [6, nil]),
            ("3", "{manifest-7: example}", [nil, 6]),
            ("4", "{manifest-7: example, example-manifest-1: example}", [6, 6]),
        ] {
            let definition = try Self.replaced(manifests, version: version)
            let sources = try CompiledSources(
                definitions: [definition], catalogue: catalogue, numberedAs: older)
            older = sources
            var decoder = MessageDecoder(sources)
            for (manifest, expected) in zip(["example-manifest-1", "manifest-7"], readings) {
                let message = `FleetWise vehicle data`.data(manifest: manifest)
                let decoded = Result { () throws(DecodeError) in
                    try decoder.decode(Self.vehicleData, message)
                }
                switch decoded {
                case .success(let found): #expect(found?.readings.count == expected)
                case .failure(let error):
                    #expect(expected == nil && error.reason == .unknownManifest)
                }
            }
        }
    }
}
