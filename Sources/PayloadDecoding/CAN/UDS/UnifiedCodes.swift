import VehicleSignals

extension CompiledSources {
    /// UDS 19 02 (ISO 14229-1), trouble codes by status: `59 02`, a mask, then three bytes of code
    /// and one of status each. The third byte is the kind of failure: `P0143-11`.
    ///
    /// A code counts while its last test failed, it is pending or confirmed, or asks for the
    /// warning lamp; the other bits only say how far testing has come.
    func decodeUnifiedCodes(
        _ data: RawSpan, _ start: Int, _ count: Int, unit: UInt16, _ moment: FrameMoment,
        _ facts: inout ControlUnitFacts, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard data.byte(at: start + 1) == 0x02 else { return }
        guard count >= 3, (count - 3) % 4 == 0 else {
            work.outcome.droppedTransfers += 1
            return
        }
        facts.clear(.unified, unit: unit)
        facts.clear(.unifiedConfirmed, unit: unit)
        var at = start + 3
        while at < start + count {
            let code = UInt16(data.byte(at: at)) << 8 | UInt16(data.byte(at: at + 1))
            let packed = TroubleCode(code: code, failureType: data.byte(at: at + 2)).packed
            let status = data.byte(at: at + 3)
            at += 4
            guard code != 0 else { continue }
            if status & 0b1000_1101 != 0 { facts.insert(.unified, unit: unit, packed) }
            if status & 0b0000_1000 != 0 { facts.insert(.unifiedConfirmed, unit: unit, packed) }
        }
        try appendCodes(facts, isConfirmed: true, moment, &work, &readings)
    }
}
