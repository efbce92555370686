import VehicleSignals

// Documents that may be packed: unpacked into the worker's workspace, then read like any other.
// Their shapes are not remembered.

/// The first byte of every gzip file.
private let gzipMagic: UInt8 = 0x1F

extension CompiledSources {
    func decodePacked(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, _ payload: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let first = payload.byteCount > 0 ? payload.byte(at: 0) : 0
        // No base64 begins so, and no gzip file: it came as it is.
        if first == UInt8(ascii: "{") || first <= UInt8(ascii: " ") && first != gzipMagic {
            return try decodeDocument(
                layout, route: route, topic: topic, payload, &work, &readings, &texts)
        }
        // Taken out of the workspace while it is read, since the workspace changes meanwhile.
        var unpacked: [UInt8] = []
        swap(&unpacked, &work.unpacked)
        defer { swap(&unpacked, &work.unpacked) }
        let isText = first != gzipMagic
        if isText { try unpackBase64(payload, into: &work.packed) }
        do throws(DecodeError) {
            if isText {
                try unpackGzip(work.packed, into: &unpacked, &work.inflateRoom)
            } else {
                try unpackGzip(payload, into: &unpacked, &work.inflateRoom)
            }
            try decodeUnpacked(
                layout, route: route, topic: topic, unpacked, &work, &readings, &texts)
        } catch {
            // A place in the unpacked bytes is none in the payload.
            throw DecodeError(error.reason, at: 0)
        }
    }
}
