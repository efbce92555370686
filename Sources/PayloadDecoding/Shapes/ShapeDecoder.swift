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
        let shape = work.shapes.shapes[hint]
        let first = readings.count
        var cursor = ShapeCursor()
        var stop: ShapeStop?
        if !shape.isGathering {
            stop = work.shapes.follow(
                shape, payload, &cursor, &work.captures, &readings, isRetained: isRetained)
            if stop == .atEnd, !cursor.hasPending, route.vehicleLength > 0 {
                // All was plain, as mostly.
                work.shapes.fitted &+= 1
                return DecodeOutcome(
                    readings: UInt32(truncatingIfNeeded: readings.count &- first),
                    unknownSignals: shape.unknownSignals, absent: 0,
                    outOfRange: cursor.outOfRange)
            }
        }
        let frame = ShapeFrame(
            route: route, arrival: arrival, isRetained: isRetained, readings: first,
            texts: texts.count)
        return decodeByShapes(
            hint, stop, &cursor, place, frame, topic: topic, payload, &work, &readings, &texts)
    }

    /// The same where the shape of the hint is not followed to its end, or not by the quick loop
    /// alone.
    @inline(never)
    private func decodeByShapes(
        _ hint: Int, _ stop: ShapeStop?, _ cursor: inout ShapeCursor, _ place: Int,
        _ frame: ShapeFrame, topic: RawSpan, _ payload: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) -> DecodeOutcome? {
        let outcome = fit(
            hint, stop, &cursor, frame, topic: topic, payload, &work, &readings, &texts)
        if let outcome { return outcome }
        var index = work.shapes.first(template: frame.route.template)
        var tries = 1
        while index >= 0, tries < ShapeLimits.triesMax {
            if index != hint {
                cursor = ShapeCursor()
                let outcome = fit(
                    index, nil, &cursor, frame, topic: topic, payload, &work, &readings, &texts)
                if let outcome {
                    work.shapes.setHint(place, index)
                    return outcome
                }
                tries += 1
            }
            index = Int(work.shapes.shapes[index].next)
        }
        return nil
    }

    /// Tries one shape, from where its quick loop stopped, `nil`: from the beginning. Takes back
    /// what was done where the payload does not fit.
    private func fit(
        _ index: Int, _ begun: ShapeStop?, _ cursor: inout ShapeCursor, _ frame: ShapeFrame,
        topic: RawSpan, _ payload: RawSpan, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) -> DecodeOutcome? {
        let shape = work.shapes.shapes[index]
        work.outcome = DecodeOutcome()
        work.vehicleStart = -1
        work.isRetained = frame.isRetained
        if shape.isGathering {
            work.prepare(layouts[layout(of: frame.route)])
            cursor.isGathering = true
        }
        var stop =
            begun
            ?? work.shapes.follow(
                shape, payload, &cursor, &work.captures, &readings, isRetained: frame.isRetained)
        while stop == .atOther,
            takeStep(shape, payload, &cursor, &work, &readings, &texts)
        {
            stop = work.shapes.follow(
                shape, payload, &cursor, &work.captures, &readings, isRetained: frame.isRetained)
        }
        guard stop == .atEnd, isRightVehicle(frame.route, topic: topic, payload, &work),
            !cursor.hasPending && !shape.isGathering
                || settle(shape, cursor, frame, topic: topic, &work, &readings, &texts)
        else {
            readings.removeLast(readings.count - frame.readings)
            texts.removeLast(texts.count - frame.texts)
            return nil
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
        _ shape: Shape, _ cursor: ShapeCursor, _ frame: ShapeFrame, topic: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) -> Bool {
        cursor.lendTimes(to: &work)
        let layout = layout(of: frame.route)
        if shape.isGathering {
            do throws(DecodeError) {
                try settleDocument(
                    layouts[layout], route: frame.route, topic: topic, from: frame.readings,
                    arrival: frame.arrival, &work, &readings, &texts)
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
