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
        case .candump: try readCandump(bytes, layout, &pool)
        case .wican: hasFrames = try readWiCAN(bytes, layout, &pool)
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
        if pool.needsMemory {
            try decodeWithSession(
                pool, context, bytes, route: route, topic: topic, &work, &readings, &texts)
        } else {
            var none = CANSession()
            var message: [UInt8] = []
            try decodePool(
                pool, context, bytes, session: &none, message: &message, &work, &readings, &texts)
        }
        settle(&readings, from: first, arrival: arrival, work, qualityStart: 0)
    }

    func decodeFrames(
        _ frames: Span<FrameRecord>, _ data: RawSpan, _ context: FrameContext, _ payload: RawSpan,
        session: inout CANSession, message: inout [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        for index in 0..<frames.count {
            let frame = frames[index]
            let moment = FrameMoment(
                time: frame.time, pauseTime: frame.time == .min ? context.arrival : frame.time,
                offset: Int(frame.offset))
            if frame.group >= 0 {
                let start = Int(frame.start)
                try decodeGroup(
                    Int(frame.group), data.extracting(start..<data.byteCount),
                    length: Int(frame.length), bus: frame.bus, moment, &work, &readings)
            }
            switch frame.use {
            case .fields: break
            case .answer:
                guard let bus = session.number(of: frame, payload) else {
                    work.outcome.droppedTransfers += 1
                    continue
                }
                try takeAnswerFrame(
                    frame, data, bus: bus, moment, context, &session, &message, &work, &readings,
                    &texts)
            case .group:
                try takeGroupFrame(
                    frame, data, bus: 0, moment, &session, &message, &work, &readings, &texts)
            case .rememberedGroup:
                guard let bus = session.number(of: frame, payload) else {
                    work.outcome.droppedTransfers += 1
                    continue
                }
                try takeGroupFrame(
                    frame, data, bus: bus, moment, &session, &message, &work, &readings, &texts)
            }
        }
        work.outcome.droppedTransfers += session.transfers.dropped
        session.transfers.dropped = 0
        work.outcome.outOfRange += session.facts.refused
        session.facts.refused = 0
    }

    private func takeAnswerFrame(
        _ frame: FrameRecord, _ data: RawSpan, bus: UInt8, _ moment: FrameMoment,
        _ context: FrameContext, _ session: inout CANSession, _ message: inout [UInt8],
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let unit = ControlUnit(bus: bus, address: diagnosticUnit(frame.id) ?? 0)
        let step = session.transfers.takeISOTP(
            key: FrameTransfers.key(bus: bus, frame.id.bits), data, start: Int(frame.start),
            length: Int(frame.length),
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

    private func takeGroupFrame(
        _ frame: FrameRecord, _ data: RawSpan, bus: UInt8, _ moment: FrameMoment,
        _ session: inout CANSession, _ message: inout [UInt8], _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let start = Int(frame.start)
        let length = Int(frame.length)
        let unit = ControlUnit(bus: bus, address: UInt16(frame.id.sourceAddress))
        switch frame.id.parameterGroup {
        case J1939Transport.connection:
            session.transfers.takeJ1939Connection(
                frame.id, bus: bus, data, start: start, length: length, time: moment.pauseTime)
        case J1939Transport.data:
            let step = session.transfers.takeJ1939Data(
                frame.id, bus: bus, data, start: start, length: length, time: moment.pauseTime)
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
    fileprivate mutating func number(of frame: FrameRecord, _ payload: RawSpan) -> UInt8? {
        number(ofBus: payload, from: Int(frame.busStart), count: Int(frame.busLength))
    }

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
