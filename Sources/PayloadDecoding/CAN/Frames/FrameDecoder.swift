import VehicleSignals

/// What holds for all frames of one payload.
struct FrameContext: BitwiseCopyable {
    var layout: FrameLayout
    /// Of the message, in milliseconds since 1970; `.min` where it says nothing.
    var arrival: Int64
}

/// When a frame was on the bus, and where in the payload it stands, for errors.
struct FrameMoment: BitwiseCopyable {
    /// `.min`: not said.
    var time: Int64
    /// As `time`, with the arrival in its place where there is none: for pauses.
    var pauseTime: Int64
    var offset: Int
}

// Frames of CAN buses: first all frames of the payload, then each of them by what the topic's
// mapping says. A payload that is refused changes nothing.

extension CompiledSources {
    func decodeFrames(
        _ layout: FrameLayout, route: Route, topic: RawSpan, arrival: Timestamp, _ bytes: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var pool = FramePool()
        swap(&pool, &work.frames.pool)
        defer { swap(&pool, &work.frames.pool) }
        pool.removeAll()
        var hasFrames = true
        switch layout.carrier {
        case .candump: try readCandump(bytes, busScope: layout.busScope, &pool)
        case .wican: hasFrames = try readWiCAN(bytes, busScope: layout.busScope, &pool)
        }
        let first = readings.count
        guard hasFrames else {
            guard layout.otherwise >= 0 else { throw DecodeError(.wrongType, at: 0) }
            let document = layouts[Int(layout.otherwise)]
            try decodeDocument(
                document, route: route, topic: topic, bytes, &work, &readings, &texts)
            settle(
                &readings, from: first, arrival: arrival, work,
                qualityStart: Int(document.qualityStart))
            return
        }
        pool.close()
        let context = FrameContext(
            layout: layout, arrival: work.isRetained ? .min : arrival.milliseconds)
        if layout.takesTransfers {
            try decodeWithSession(
                pool, context, route: route, topic: topic, &work, &readings, &texts)
        } else {
            var none = CANSession()
            var message: [UInt8] = []
            try decodePool(
                pool, context, session: &none, message: &message, &work, &readings, &texts)
        }
        settle(&readings, from: first, arrival: arrival, work, qualityStart: 0)
    }

    func decodeFrames(
        _ frames: Span<FrameRecord>, _ data: RawSpan, _ context: FrameContext,
        session: inout CANSession, message: inout [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let layout = context.layout
        for index in 0..<frames.count {
            let frame = frames[index]
            let moment = FrameMoment(
                time: frame.time, pauseTime: frame.time == .min ? context.arrival : frame.time,
                offset: 0)
            let group = can.group(layout, frame.id)
            if group >= 0 {
                let start = Int(frame.start)
                try decodeGroup(
                    group, data.extracting(start..<data.byteCount), length: Int(frame.length),
                    bus: frame.bus, moment, &work, &readings)
            }
            guard layout.takesTransfers else { continue }
            if let unit = diagnosticUnit(frame.id) {
                guard layout.takesOBD || layout.takesUDS else { continue }
                try takeDiagnosticFrame(
                    frame, data, unit: unit, moment, context, &session, &message, &work, &readings,
                    &texts)
            } else if layout.takesJ1939, frame.id.isExtended {
                try takeJ1939Frame(
                    frame, data, moment, &session, &message, &work, &readings, &texts)
            }
        }
        work.outcome.droppedTransfers += session.transfers.dropped
        session.transfers.dropped = 0
        work.outcome.outOfRange += session.facts.refused
        session.facts.refused = 0
    }

    /// The control unit whose answers have this id; `nil` for other frames.
    @inline(always)
    private func diagnosticUnit(_ id: CANID) -> UInt16? {
        if !id.isExtended {
            return id.number & 0x7F8 == 0x7E8 ? 0x100 | UInt16(id.number & 7) : nil
        }
        return id.number & 0x1FFF_FF00 == 0x18DA_F100 ? UInt16(id.number & 0xFF) : nil
    }

    private func takeDiagnosticFrame(
        _ frame: FrameRecord, _ data: RawSpan, unit: UInt16, _ moment: FrameMoment,
        _ context: FrameContext, _ session: inout CANSession, _ message: inout [UInt8],
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let step = session.transfers.takeISOTP(
            key: frame.id.bits, data, start: Int(frame.start), length: Int(frame.length),
            time: moment.pauseTime)
        switch step {
        case .waiting: break
        case .single(let start, let count):
            try decodeAnswer(
                data, start: start, count: count, unit: unit, moment, context, &session.facts,
                &work, &readings, &texts)
        case .complete(let index):
            let count = session.takeMessage(index, into: &message)
            try decodeAnswer(
                message, count: count, unit: unit, moment, context, &session.facts, &work,
                &readings, &texts)
        }
    }

    private func takeJ1939Frame(
        _ frame: FrameRecord, _ data: RawSpan, _ moment: FrameMoment,
        _ session: inout CANSession, _ message: inout [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = Int(frame.start)
        let length = Int(frame.length)
        let unit = UInt16(frame.id.sourceAddress)
        switch frame.id.parameterGroup {
        case J1939Transport.connection:
            session.transfers.takeJ1939Connection(
                frame.id, data, start: start, length: length, time: moment.pauseTime)
        case J1939Transport.data:
            let step = session.transfers.takeJ1939Data(
                frame.id, data, start: start, length: length, time: moment.pauseTime)
            guard case .complete(let index) = step else { return }
            let number = session.transfers.transfers[index].parameterGroup
            let count = session.takeMessage(index, into: &message)
            try decodeParameterGroup(
                number, message, count: count, unit: unit, moment, &session.facts, &work,
                &readings, &texts)
        case let number:
            try decodeParameterGroup(
                number, data, start: start, count: length, unit: unit, moment, &session.facts,
                &work, &readings, &texts)
        }
    }
}

extension CANSession {
    /// Moves a complete message out, with a tail that eight bytes can be loaded from; its length.
    mutating func takeMessage(_ index: Int, into message: inout [UInt8]) -> Int {
        let transfer = transfers.transfers[index]
        message.removeAll(keepingCapacity: true)
        let start = Int(transfer.offset)
        for place in start..<(start + Int(transfer.length)) {
            message.append(transfers.bytes[place])
        }
        for _ in 0..<FramePool.tailBytes { message.append(0) }
        transfers.close(index)
        return Int(transfer.length)
    }
}
