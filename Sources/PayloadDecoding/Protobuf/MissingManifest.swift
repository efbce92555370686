import VehicleSignals

// For doors: an error carries no text, so which manifest a FleetWise message was made with is read
// out of its payload once more, when somebody looks at the error. Nothing here runs with messages.

extension CompiledSources {
    /// Longest sync id that is shown whole; AWS's are names of resources with some 100 bytes.
    private static var shownBytesMax: Int { 200 }

    /// A sentence for people, as ``DecodeError/sentence``, that also names what the payload needs:
    /// after ``DecodeError/Reason/unknownManifest`` the manifest. `error` is what decoding this
    /// payload came to.
    public func sentence(of error: DecodeError, topic: [UInt8], payload: [UInt8]) -> String {
        guard error.reason == .unknownManifest,
            let words = missingManifest(topic: topic, payload: payload)
        else { return error.sentence }
        return error.sentence + words
    }

    /// How the sentence of ``DecodeError/Reason/unknownManifest`` goes on for this payload: with
    /// the sync id of the first manifest or state template that these sources do not hold, in
    /// quotes, what is not plain ASCII as `\xFF`, cut at 200 bytes; with that it names none;
    /// or with that all are held, as after a mending.
    ///
    /// Takes no longer payload and unpacks no more than decoding does.
    ///
    /// - Parameter payload: may be the beginning of one, as the quarantine keeps of long ones.
    /// - Returns: `nil` if the topic's payloads name no manifests, or not enough is left of this
    ///   one to say.
    public func missingManifest(topic: [UInt8], payload: [UInt8]) -> String? {
        guard let route = route(ofTopic: topic) else { return nil }
        let template = topics.templates[Int(route.template)]
        guard template.content == .protobuf,
            payload.count <= Int(payloadLimits[Int(route.source.number)])
        else { return nil }
        let layout = protobuf.layouts[Int(template.layout)]
        switch layout.kind {
        case .vehicleData, .lastKnownStateData:
            return missingManifest(ofPayload: payload, layout)
        case .teslaPayload, .lastKnownState, .sparkplug: return nil
        }
    }

    func missingManifest(ofPayload bytes: RawSpan, _ layout: ProtobufLayout) -> String? {
        var unpacked: [UInt8] = []
        do throws(DecodeError) {
            guard try unpackBlock(layout, bytes, into: &unpacked) else {
                return missingManifest(in: bytes, isWhole: true, layout)
            }
            return missingManifest(inUnpacked: unpacked, isWhole: true, layout)
        } catch {
            if layout.compression == .auto, looksPlain(layout.kind, bytes) {
                return missingManifest(in: bytes, isWhole: true, layout)
            }
            return missingManifest(inUnpacked: unpacked, isWhole: false, layout)
        }
    }

    /// - Parameter isWhole: `false` if more followed behind these bytes. That they end within a
    ///   value is seen here.
    func missingManifest(
        in bytes: RawSpan, isWhole: Bool, _ layout: ProtobufLayout
    ) -> String? {
        var isWhole = isWhole
        var name = 0..<0
        var at = 0
        do throws(DecodeError) {
            if layout.kind == .vehicleData {
                while let found = try nextWireRange(2, bytes, &at, end: bytes.byteCount) {
                    name = found
                }
            } else {
                while let group = try nextWireRange(6, bytes, &at, end: bytes.byteCount) {
                    name = try templateName(bytes, group)
                    if !isHeld(name, of: bytes, layout) { break }
                }
            }
        } catch {
            isWhole = false
        }
        if isHeld(name, of: bytes, layout) {
            return isWhole ? "; as the file is now, it holds what the message names" : nil
        }
        if name.isEmpty { return isWhole ? ": the message names none" : nil }
        return ": " + Self.quoted(bytes, name)
    }

    private func isHeld(
        _ name: Range<Int>, of bytes: RawSpan, _ layout: ProtobufLayout
    ) -> Bool {
        names.value(
            scope: layout.scope, of: bytes, from: name.lowerBound, count: name.count) >= 0
    }

    /// Bytes that anybody may have sent, so that a terminal can show them.
    private static func quoted(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        var text = "\""
        for place in range.prefix(shownBytesMax) {
            let byte = bytes.byte(at: place)
            switch byte {
            case 0x20...0x7E:
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text += "\\" }
                text.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += (byte < 16 ? "\\x0" : "\\x") + digits
            }
        }
        text += "\""
        if range.count > shownBytesMax { text += "… (\(range.count) bytes)" }
        return text
    }
}
