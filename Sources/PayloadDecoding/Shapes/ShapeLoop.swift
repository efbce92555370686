import VehicleSignals

// The steps that most payloads are made of. Numbers without quotes and times are taken in the loop
// itself: every call would put its registers away. Each step waits for the end of the one before,
// so what tells the end of a number stands before all else.

/// The loop over plain values: a free function, so that all it needs is in registers.
func runSteps(
    _ steps: Span<ShapeStep>, _ literals: RawSpan, _ payload: RawSpan,
    _ cursor: inout ShapeCursor, _ dates: DateMemory, _ captures: inout [Int32],
    _ readings: inout OutputSpan<Reading>, _ isRetained: Bool
) -> ShapeStop {
    // A step makes one reading at most. Where room is that short, the general path counts exactly.
    guard readings.freeCapacity >= steps.count else { return .differs }
    var at = cursor.at
    var place = cursor.step
    defer {
        cursor.at = at
        cursor.step = place
    }
    while place < steps.count {
        let count = steps[place].literalCount
        guard payload.holds(at: at, literals, from: steps[place].literal, count: count) else {
            return .differs
        }
        at &+= count
        let end: Place
        if steps[place].quick.isPlainNumber {
            end = steps[place].takePlainNumber(
                payload, at: at, &cursor, &readings, isRetained: isRetained)
        } else {
            switch steps[place].quick {
            case .end: return Int(at) == payload.byteCount ? .atEnd : .differs
            case .time, .groupTime, .lateTime:
                let (time, behind) = payload.quickTime(at: at, dates)
                if behind != 0 { cursor.take(time, steps[place], &readings) }
                end = behind
            case .skip:
                let run = skipQuickly(steps, literals, payload, at: at, step: place)
                at = run.at
                place = run.step
                guard run.isWhole else { return .atOther }
                place &+= 1
                continue
            case .number, .boundNumber:
                end = takeNumber(
                    steps, place, payload, at: at, &cursor, &readings, isRetained: isRetained)
            default:
                end = takeQuickly(
                    steps, place, payload, at: at, &cursor, &captures, &readings,
                    isRetained: isRetained)
            }
        }
        guard end != 0 else { return .atOther }
        at = end
        place &+= 1
    }
    return .differs
}

extension ShapeStep {
    /// A number without quotes or an invalid value; where it ends, or 0 where it is left to the
    /// general step and nothing has happened.
    @inline(always)
    fileprivate func takePlainNumber(
        _ payload: RawSpan, at place: Place, _ cursor: inout ShapeCursor,
        _ readings: inout OutputSpan<Reading>, isRetained: Bool
    ) -> Place {
        let number = payload.quickNumber(at: place, payload.wordOfMany(from: place))
        guard number.end != 0 else { return 0 }
        if quick == .integer {
            let whole = number.signed
            guard number.places == 0 else { return 0 }
            if whole >= Int64(bitPattern: lowest), whole <= Int64(bitPattern: highest) {
                cursor.add(
                    self, .integer, UInt64(bitPattern: whole), &readings, isRetained: isRetained)
            } else {
                cursor.outOfRange &+= 1
            }
            return number.end
        }
        var value = number.double
        // -0 becomes 0, so that equal values have equal bits.
        if quick == .converted { value = conversion.apply(value) + 0 }
        if value >= Double(bitPattern: lowest), value <= Double(bitPattern: highest) {
            cursor.add(self, .double, value.bitPattern, &readings, isRetained: isRetained)
        } else {
            cursor.outOfRange &+= 1
        }
        return number.end
    }
}

extension ShapeCursor {
    /// Adds the reading of a step, with the time of its slot where that is known.
    @inline(always)
    mutating func add(
        _ step: ShapeStep, _ kind: ValueKind, _ bits: UInt64,
        _ readings: inout OutputSpan<Reading>, isRetained: Bool
    ) {
        let isKnown = step.slot == timeSlot
        if !isKnown { hasPending = true }
        readings.append(
            Reading(
                signal: step.signal, time: isKnown ? time : PendingTime.slot(Int(step.slot)),
                timeQuality: isKnown ? step.quality : .none, isRetained: isRetained, kind: kind,
                bits: bits))
    }

    /// A time of the document, of a value or of a group.
    @inline(always)
    fileprivate mutating func take(
        _ time: Int64, _ step: ShapeStep, _ readings: inout OutputSpan<Reading>
    ) {
        if step.quick == .lateTime {
            giveTime(time, step.quality, &readings)
        } else if step.quick == .groupTime || step.action == .ownTime {
            ownTime = time
        } else {
            setTime(step.slot, time)
        }
    }
}
