import VehicleSignals

// Which frames of a payload something is made of. The others are read over and count nowhere: a
// busy bus has hundreds of them for each that is mapped.

extension CompiledSources {
    /// Puts a frame into the pool whose bytes are there already, or takes them back.
    func take(
        _ frame: FrameRecord, _ layout: FrameLayout, _ pool: inout FramePool
    ) throws(DecodeError) {
        var frame = frame
        frame.group = Int32(truncatingIfNeeded: can.group(layout, frame.id))
        let use = use(of: frame.id, layout)
        guard use != nil || frame.group >= 0 else { return pool.leaveOut(frame) }
        frame.use = use ?? .fields
        try pool.add(frame)
    }

    /// What a frame is beside a database's fields; `nil`: nothing.
    private func use(of id: CANID, _ layout: FrameLayout) -> FrameUse? {
        guard layout.takesTransfers else { return nil }
        if diagnosticUnit(id) != nil { return layout.takesOBD || layout.takesUDS ? .answer : nil }
        guard layout.takesJ1939, id.isExtended else { return nil }
        let number = id.parameterGroup
        switch number {
        case J1939Transport.connection, J1939Transport.data, J1939Parameters.activeFaults,
            J1939Parameters.emissionFaults, J1939Parameters.distance,
            J1939Parameters.fineDistance, J1939Parameters.service:
            return .rememberedGroup
        case J1939Parameters.identification: return .group
        default: return can.group(ofParameterGroup: number) >= 0 ? .group : nil
        }
    }

    /// The control unit whose answers have this id; `nil` for other frames.
    @inline(always)
    func diagnosticUnit(_ id: CANID) -> UInt16? {
        if !id.isExtended {
            return id.number & 0x7F8 == 0x7E8 ? 0x100 | UInt16(id.number & 7) : nil
        }
        return id.number & 0x1FFF_FF00 == 0x18DA_F100 ? UInt16(id.number & 0xFF) : nil
    }

    /// Notes the bus whose name lies in the payload.
    func setBus(
        _ frame: inout FrameRecord, _ layout: FrameLayout, _ bytes: RawSpan, from start: Int,
        count: Int
    ) {
        let number = names.value(scope: layout.busScope, of: bytes, from: start, count: count)
        frame.bus = number >= 0 ? Int16(truncatingIfNeeded: number) : -1
        frame.busStart = UInt32(start)
        frame.busLength = UInt16(clamping: count)
    }
}
