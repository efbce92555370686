import VehicleSignals

// Says `unsafe`: looks at the pool's arrays as raw bytes. Every access is bounds-checked, and the
// views end with the call that made them.

extension CompiledSources {
    /// Decodes the frames of a pool in their order.
    func decodePool(
        _ pool: FramePool, _ context: FrameContext, _ payload: RawSpan, session: inout CANSession,
        message: inout [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try unsafe decodeFrames(
            pool.frames.span, pool.bytes.span.bytes, context, payload, session: &session,
            message: &message, &work, &readings, &texts)
    }

    /// Decodes an answer that was put together in `message`.
    func decodeAnswer(
        _ message: [UInt8], count: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ context: FrameContext, _ facts: inout ControlUnitFacts,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try unsafe decodeAnswer(
            message.span.bytes, start: 0, count: count, unit: unit, moment, context, &facts, &work,
            &readings, &texts)
    }

    /// Decodes a parameter group that was put together in `message`.
    func decodeParameterGroup(
        _ number: UInt32, _ message: [UInt8], count: Int, unit: ControlUnit, _ moment: FrameMoment,
        _ facts: inout ControlUnitFacts, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        try unsafe decodeParameterGroup(
            number, message.span.bytes, start: 0, count: count, unit: unit, moment, &facts, &work,
            &readings, &texts)
    }
}
