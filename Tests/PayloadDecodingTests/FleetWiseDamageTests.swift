import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

/// With `snappy: auto`, what is neither a message nor a block has the error of what it was meant to
/// be, as if the source had said so.
@Suite struct `FleetWise messages that came damaged` {
    private static func error(
        _ topic: String, _ payload: [UInt8], snappy: String
    ) throws -> DecodeError? {
        var decoder = MessageDecoder(try StateSources.make(snappy: snappy))
        do throws(DecodeError) {
            _ = try decoder.decode(topic, payload)
            return nil
        } catch { return error }
    }

    private static let vehicleData = `FleetWise vehicle data`.topic
    private static let state = StateSources.edgeTopic

    /// As the fleet's cloud would name a campaign, so that the first bytes are a block's or not.
    private static let campaigns = [
        "", "campaign", "example-campaign", "4f9a2c1e-0b7d-4c55-9d1e-2a8f6b3c7d10",
        "2f9a2c1e-0b7d-4c55-9d1e-2a8f6b3c7d10",
        "arn:aws:iotfleetwise:eu-central-1:123456789012:campaign/example",
    ]

    private static func data(campaign: String, manifest: String?) -> [UInt8] {
        WireWriter { data in
            if !campaign.isEmpty { data.text(1, campaign) }
            if let manifest { data.text(2, manifest) }
            data.varint(3, 7)
            data.varint(4, StateSources.time)
            for value in [53.2, 53.3, 53.4] {
                data.message(5) {
                    $0.varint(2, 1)
                    $0.double(3, value)
                }
            }
        }.bytes
    }

    /// What each decoder refuses the payload for; `nil` where it takes it.
    private static func errors(
        _ payload: [UInt8], of decoders: inout [MessageDecoder]
    ) -> [DecodeError?] {
        var errors: [DecodeError?] = []
        for index in decoders.indices {
            do throws(DecodeError) {
                _ = try decoders[index].decode(vehicleData, payload)
                errors.append(nil)
            } catch { errors.append(error) }
        }
        return errors
    }

    @Test func `a message that is cut off is no block that does not unpack`() throws {
        var decoders = try ["auto", "off"].map { MessageDecoder(try StateSources.make(snappy: $0)) }
        var cut = 0
        for campaign in Self.campaigns {
            let message = Self.data(campaign: campaign, manifest: "example-manifest-1")
            for count in 1..<message.count {
                let payload = Array(message.prefix(count))
                // By chance, twelve bytes of two of them are a whole block of a name's ten.
                guard PlainSnappy.unpack(payload) == nil else { continue }
                let errors = Self.errors(payload, of: &decoders)
                #expect(errors[0] == errors[1], "\(campaign): \(payload.hex)")
                cut += errors[0] == nil ? 0 : 1
            }
        }
        #expect(cut > 300)
    }

    @Test func `a block that is cut off, or broken behind its beginning, is no message`() throws {
        var decoders = try ["auto", "on"].map { MessageDecoder(try StateSources.make(snappy: $0)) }
        // Messages of 10 and 18 bytes: the length of such a block is the head of a field.
        let small = ["abc", "abcabcabcab"].map { manifest in
            WireWriter {
                $0.text(1, "c")
                $0.text(2, manifest)
                $0.varint(3, 7)
            }.bytes
        }
        #expect(small.map(\.count) == [10, 18])
        for message in small + [Self.data(campaign: Self.campaigns[3], manifest: "m")] {
            let block = SnappyWriter.pack(message)
            let broken = block.indices.dropFirst(4).map { place in
                block.enumerated().map { $0.offset == place ? 0xFF : $0.element }
            }
            for payload in (3..<block.count).map({ Array(block.prefix($0)) }) + broken {
                let errors = Self.errors(payload, of: &decoders)
                #expect(errors[0] == errors[1], "\(message.hex): \(payload.hex)")
            }
        }
    }

    @Test func `a message that names no manifest needs one`() throws {
        for campaign in Self.campaigns {
            let message = Self.data(campaign: campaign, manifest: nil)
            #expect(
                try Self.error(Self.vehicleData, message, snappy: "auto")
                    == DecodeError(.unknownManifest, at: 0), "\(campaign)")
        }
    }

    @Test func `a state without a time that is cut off is no block either`() throws {
        // Head and length of its first group are those of a block of 50 bytes.
        let message = StateSources.edge(
            time: 0,
            [
                (
                    "example-template-1",
                    { for number: UInt64 in 1...4 { $0.signal(number) { $0.double(2, 53.25) } } }
                )
            ])
        #expect(message[1] % 4 == 0)
        let payload = Array(message.dropLast(3))
        #expect(
            try Self.error(Self.state, payload, snappy: "auto")
                == DecodeError(.truncated, at: payload.count))
        let block = SnappyWriter.pack(`FleetWise last known state from the vehicle`.message)
        let cut = Array(block.dropLast(3))
        #expect(
            try Self.error(Self.state, cut, snappy: "auto")
                == Self.error(Self.state, cut, snappy: "on"))
    }

    @Test func `what looks like neither is called a block as ever`() throws {
        let json = Array(#"{"speed": 1}"#.utf8)
        #expect(
            try Self.error(Self.vehicleData, json, snappy: "auto")?.reason == .badCompression)
    }
}
