import VehicleSignals

extension CompiledSources {
    /// UDS 19 02 (ISO 14229-1), trouble codes by status: `59 02`, a mask, then three bytes of code
    /// and one of status each. The third byte is the kind of failure: `P0143-11`.
    ///
    /// A code counts while its last test failed, it is pending or confirmed, or asks for the
    /// warning lamp; the other bits only say how far testing has come.
    func decodeUnifiedCodes(
        _ data: RawSpan, _ start: Int, _ count: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ facts: inout ControlUnitFacts, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        guard data.byte(at: start + 1) == 0x02 else { return }
        guard count >= 3, (count - 3) % 4 == 0 else {
            work.outcome.droppedTransfers += 1
            return
        }
        let isOther = takeUnifiedCodes(.unified, 0b1000_1101, data, start, count, unit, &facts)
        let isConfirmedOther = takeUnifiedCodes(
            .unifiedConfirmed, 0b0000_1000, data, start, count, unit, &facts)
        try appendCodes(
            &facts, isConfirmed: true, isChanged: isOther || isConfirmedOther, moment, &work,
            &readings)
    }

    /// The codes whose status has one of these bits; whether they are others than before.
    private func takeUnifiedCodes(
        _ kind: ControlUnitFacts.Kind, _ bits: UInt8, _ data: RawSpan, _ start: Int, _ count: Int,
        _ unit: ControlUnit, _ facts: inout ControlUnitFacts
    ) -> Bool {
        facts.begin(kind, unit: unit)
        for at in stride(from: start + 3, to: start + count, by: 4) {
            let code = UInt16(data.byte(at: at)) << 8 | UInt16(data.byte(at: at + 1))
            guard code != 0, data.byte(at: at + 3) & bits != 0 else { continue }
            facts.add(TroubleCode(code: code, failureType: data.byte(at: at + 2)).packed)
        }
        return facts.end()
    }
}
