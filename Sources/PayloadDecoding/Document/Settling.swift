import VehicleSignals

// What is complete only at the end of a document: times that stand elsewhere, lists of codes out of
// several places, values that the topic holds, and dates that become "how long until".

/// Trouble codes of one document until all of them are there.
struct GatheredCodes: Sendable {
    private(set) var packed: [UInt32] = []
    private(set) var lists: [UInt8] = []
    /// A bit for each list of which something was seen, be it that it is empty.
    private(set) var opened: UInt8 = 0
    /// A bit for each list of which something could not be read: if it has no code, nobody knows
    /// whether there is none.
    private(set) var unread: UInt8 = 0
    /// How many arrays of elements were there and empty, and how many of which nothing was read;
    /// ever growing.
    var emptyArrays: UInt32 = 0
    var unreadArrays: UInt32 = 0
    /// The newest time beside a code, by list; `.min` where none.
    private(set) var times = [Int64](repeating: .min, count: ShapeTables.listsMax)
    private(set) var qualities = [TimeQuality](repeating: .event, count: ShapeTables.listsMax)
    /// The slot of the last code's field, by list; -2 where there was none.
    private(set) var slots = [Int8](repeating: -2, count: ShapeTables.listsMax)

    mutating func reset() {
        unread = 0
        guard opened != 0 else { return }
        packed.removeAll(keepingCapacity: true)
        lists.removeAll(keepingCapacity: true)
        opened = 0
        for list in 0..<ShapeTables.listsMax {
            times[list] = .min
            slots[list] = -2
        }
    }

    mutating func open(_ mask: UInt8) { opened |= mask }
    mutating func leaveUnread(_ mask: UInt8) { unread |= mask }

    /// Whether a list is said: it has codes, or all that was there for it was read.
    func isSaid(_ list: Int) -> Bool {
        let bit: UInt8 = 1 << UInt8(list)
        return opened & bit != 0 && (unread & bit == 0 || lists.contains(UInt8(list)))
    }

    /// `false` if there are more codes than a document may have.
    mutating func add(_ code: TroubleCode, to list: Int, slot: Int, _ time: OwnTime?) -> Bool {
        guard packed.count < DecodingLimits.collectedCodesMax else { return false }
        open(1 << UInt8(list))
        packed.append(code.packed)
        lists.append(UInt8(list))
        slots[list] = Int8(truncatingIfNeeded: slot)
        if let time, time.milliseconds > times[list] {
            times[list] = time.milliseconds
            qualities[list] = time.quality
        }
        return true
    }
}

/// A date whose reading waits for the time from which it counts.
struct WaitingSpan: Sendable, BitwiseCopyable {
    var span: Int32
    var slot: Int8
    var start: Int32
    var target: Int64
}

extension CompiledSources {
    /// Gives the waiting readings from `first` on their time, and adds what waited for the end:
    /// gathered lists first, then what the topic says, then dates.
    func settleDocument(
        _ layout: DocumentLayout, route: Route, topic: RawSpan, from first: Int,
        arrival: Timestamp, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>, _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        if work.codes.opened != 0 { try appendLists(layout, &work, &readings) }
        if !work.topicValues.isEmpty {
            try appendTopicValues(route, topic, &work, &readings, &texts)
        }
        settle(
            &readings, from: first, arrival: arrival, work,
            qualityStart: Int(layout.qualityStart))
        for index in 0..<work.spans.count {
            let waiting = work.spans[index]
            let slot = Int(waiting.slot)
            var time = OwnTime(milliseconds: arrival.milliseconds, quality: .arrival)
            if slot >= 0, work.slots[slot] != .min {
                time.milliseconds = work.slots[slot]
                time.quality = qualities[Int(layout.qualityStart) + slot]
            } else if work.isRetained {
                // Until a date from when? Nobody knows.
                work.outcome.absent += 1
                continue
            }
            try appendSpan(
                waiting.span, until: waiting.target, time, at: Int(waiting.start), &work, &readings)
        }
    }

    /// A date of a field: a reading at once where its own time is known, else one that waits.
    func addSpan(
        _ document: DocumentRule, until target: Int64, _ time: OwnTime?, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        if let time {
            return try appendSpan(
                document.format.span, until: target, time, at: start, &work, &readings)
        }
        guard work.spans.count < DecodingLimits.waitingSpansMax else {
            throw DecodeError(.tooManyReadings, at: start)
        }
        work.spans.append(
            WaitingSpan(
                span: document.format.span, slot: document.timeSlot,
                start: Int32(truncatingIfNeeded: start), target: target))
    }

    /// The span from `time` until `target`, in whole seconds rounded down.
    private func appendSpan(
        _ span: Int32, until target: Int64, _ time: OwnTime, at start: Int,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        let rule = shapes.spans[Int(span)]
        let seconds = (Double(target - time.milliseconds) / 1000).rounded(.down)
        let value = rule.conversion.apply(seconds)
        var bits = value == 0 ? 0 : value.bitPattern
        if rule.kind == .integer {
            guard let whole = Int64(exactly: value.rounded()), whole >= rule.lowest,
                whole <= rule.highest
            else {
                work.outcome.outOfRange += 1
                return
            }
            bits = UInt64(bitPattern: whole)
        } else if value < rule.minimum || value > rule.maximum {
            work.outcome.outOfRange += 1
            return
        }
        let place = readings.count
        try append(
            rule.signal, rule.kind == .integer ? .integer : .double, bits, slot: -1, at: start,
            &work, &readings)
        settleOne(&readings, place, time)
    }

    /// Gives one waiting reading its time.
    func settleOne(_ readings: inout OutputSpan<Reading>, _ index: Int, _ time: OwnTime) {
        readings[index].time = Timestamp(milliseconds: time.milliseconds)
        readings[index].timeQuality = time.quality
    }

    private func appendLists(
        _ layout: DocumentLayout, _ work: inout DecodingWorkspace,
        _ readings: inout OutputSpan<Reading>
    ) throws(DecodeError) {
        for number in 0..<Int(layout.listCount) where work.codes.isSaid(number) {
            let list = shapes.lists[Int(layout.listStart) + number]
            let first = readings.count
            let last = work.codes.slots[number]
            let slot = Int(last == -2 ? list.timeSlot : last)
            try append(list.signal, .listCount, 0, slot: slot, at: 0, &work, &readings)
            for index in 0..<work.codes.packed.count where Int(work.codes.lists[index]) == number {
                try append(
                    list.signal, .troubleCode, UInt64(work.codes.packed[index]),
                    slot: slot, at: 0, &work, &readings)
            }
            readings[first].bits = UInt64(readings.count - first - 1)
            guard work.codes.times[number] != .min else { continue }
            let time = OwnTime(
                milliseconds: work.codes.times[number], quality: work.codes.qualities[number])
            for index in first..<readings.count { settleOne(&readings, index, time) }
        }
    }
}
