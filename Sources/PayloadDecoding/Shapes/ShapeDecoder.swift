import VehicleSignals

// A payload is laid beside a shape that its sender sent before: literal bytes are compared, values
// are read, in one go from front to end. Whenever anything differs (a byte, a value of another
// kind, too little room, an error of any sort) nothing has happened, and the general path decodes
// the payload from its beginning. So shapes never decide what a payload means.

extension CompiledSources {
    /// Decodes by one of the remembered shapes; `nil` where none fits. `work` is then to be begun
    /// anew, and readings and texts are as before.
    @inline(always)
    func decodeByShape(
        _ route: Route, topic: RawSpan, _ payload: RawSpan, arrival: Timestamp, isRetained: Bool,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) -> DecodeOutcome? {
        if work.shapes.sources != number {
            work.shapes.begin(sources: number, templates: topics.templates.count)
        }
        // The last bytes of a vehicle's name are those that differ.
        let nameEnd = Int(route.vehicleOffset) + Int(route.vehicleLength)
        let place = ShapeMemory.place(
            template: route.template,
            name: topic.word(from: Place(truncatingIfNeeded: max(0, nameEnd - 8))))
        let hint = work.shapes.hint(place, template: route.template)
        guard hint >= 0 else { return nil }
        let frame = ShapeFrame(
            route: route, arrival: arrival, isRetained: isRetained, readings: readings.count,
            texts: texts.count)
        if let outcome = fit(hint, frame, topic: topic, payload, &work, &readings, &texts) {
            return outcome
        }
        return tryOthers(
            than: hint, place, frame, topic: topic, payload, &work, &readings, &texts)
    }

    @inline(never)
    private func tryOthers(
        than hint: Int, _ place: Int, _ frame: ShapeFrame, topic: RawSpan, _ payload: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) -> DecodeOutcome? {
        var shape = work.shapes.first(template: frame.route.template)
        var tries = 1
        while shape >= 0, tries < ShapeLimits.triesMax {
            if shape != hint {
                if let outcome = fit(shape, frame, topic: topic, payload, &work, &readings, &texts)
                {
                    work.shapes.setHint(place, shape)
                    return outcome
                }
                tries += 1
            }
            shape = Int(work.shapes.shapes[shape].next)
        }
        return nil
    }

    /// Tries one shape; takes back what it did where the payload does not fit.
    @inline(always)
    private func fit(
        _ index: Int, _ frame: ShapeFrame, topic: RawSpan, _ payload: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) -> DecodeOutcome? {
        let shape = work.shapes.shapes[index]
        var cursor = ShapeCursor()
        work.outcome = DecodeOutcome()
        work.vehicleStart = -1
        work.isRetained = frame.isRetained
        if shape.isGathering {
            work.prepare(layouts[layout(of: frame.route)])
            cursor.isGathering = true
        }
        var stop = ShapeStop.atOther
        while true {
            stop = work.shapes.follow(
                shape, payload, &cursor, &work.captures, &readings, isRetained: frame.isRetained)
            guard stop == .atOther,
                takeStep(shape, payload, &cursor, &work, &readings, &texts)
            else { break }
        }
        guard stop == .atEnd, isRightVehicle(frame.route, topic: topic, payload, &work) else {
            readings.removeLast(readings.count - frame.readings)
            texts.removeLast(texts.count - frame.texts)
            return nil
        }
        if cursor.hasPending || shape.isGathering {
            guard settle(shape, cursor, frame, &work, &readings) else {
                readings.removeLast(readings.count - frame.readings)
                texts.removeLast(texts.count - frame.texts)
                return nil
            }
        }
        work.shapes.fitted &+= 1
        var outcome = work.outcome
        outcome.readings = UInt32(readings.count - frame.readings)
        outcome.unknownSignals += shape.unknownSignals
        outcome.outOfRange += cursor.outOfRange
        return outcome
    }

    private func layout(of route: Route) -> Int {
        Int(topics.templates[Int(route.template)].layout)
    }

    /// Gives waiting readings their time, as the general path does.
    @inline(never)
    private func settle(
        _ shape: Shape, _ cursor: ShapeCursor, _ frame: ShapeFrame,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) -> Bool {
        cursor.lendTimes(to: &work)
        let layout = layout(of: frame.route)
        if shape.isGathering {
            do throws(DecodeError) {
                try settleDocument(
                    layouts[layout], &readings, from: frame.readings, arrival: frame.arrival,
                    &work)
                return true
            } catch { return false }
        }
        settle(
            &readings, from: frame.readings, arrival: frame.arrival, work,
            qualityStart: layout < 0 ? 0 : Int(layouts[layout].qualityStart))
        return true
    }

    @inline(always)
    private func isRightVehicle(
        _ route: Route, topic: RawSpan, _ payload: RawSpan, _ work: inout DecodingWorkspace
    ) -> Bool {
        if !work.hasVehicle { return route.vehicleLength > 0 }
        do throws(DecodeError) {
            try checkVehicle(route: route, topic: topic, payload, start: 0, &work)
            return true
        } catch { return false }
    }
}

/// What one message brings to every shape that is tried with it.
struct ShapeFrame: BitwiseCopyable {
    var route: Route
    var arrival: Timestamp
    var isRetained: Bool
    /// Readings and texts before it.
    var readings: Int
    var texts: Int
}

/// How far a shape was followed.
struct ShapeCursor: BitwiseCopyable {
    /// Next step, counted from the shape's first.
    var step = 0
    var at: Place = 0
    var outOfRange: UInt32 = 0
    /// The time that was read last, and its slot.
    var time = Timestamp(milliseconds: .min)
    var timeSlot: Int8 = .min
    /// Times by slot; `.min` where none.
    var times = InlineArray<8, Int64>(repeating: .min)
    /// Some reading waits for its time, see ``PendingTime``.
    var hasPending = false
    /// A slot may be filled again later: no reading has its time before the end.
    var isGathering = false
    /// First reading of a value with its own time, and that time.
    var firstTimed = 0
    var ownTime = Int64.min

    func lendTimes(to work: inout DecodingWorkspace) {
        for slot in 0..<DecodingLimits.timeSlotsMax { work.slots[slot] = times[slot] }
    }

    mutating func takeTimes(from work: borrowing DecodingWorkspace) {
        for slot in 0..<DecodingLimits.timeSlotsMax { times[slot] = work.slots[slot] }
    }

    /// Fills a slot; `.min` stands for a time of `null`, which nobody can have.
    @inline(always)
    mutating func setTime(_ slot: Int8, _ time: Int64) {
        times[Int(slot)] = time
        if time != .min, !isGathering {
            self.time = Timestamp(milliseconds: time)
            timeSlot = slot
        }
    }
}

/// Why the quick loop came back.
enum ShapeStop: BitwiseCopyable {
    case atEnd, differs
    /// At a value that is not for the quick loop; the literal before it was compared.
    case atOther
}
