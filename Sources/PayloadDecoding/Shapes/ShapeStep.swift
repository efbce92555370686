import VehicleSignals

/// One value of a shape: the bytes in front of it and what to do with it. A flat value, one line of
/// the processor's cache.
struct ShapeStep: Sendable, BitwiseCopyable {
    enum Action: UInt8, BitwiseCopyable {
        /// A value that nobody asked for.
        case skip
        /// A signal of the native form, by `index` among the native rules.
        case signal
        /// A value of a document that is no object, by `index` among the edges.
        case edge
        /// A time of the document, into `slot`.
        case time
        /// The name of the vehicle.
        case vehicle
        /// `{`, the time and `}` of a value with its own time.
        case beginTimed, ownTime, endTimed
        /// No value at all: a key is missing, by `index` among the document's rules.
        case missing
        /// A value that the document's mapping takes apart itself, by `index` among the edges.
        case whole
        /// The place of a value is kept; readings are made of several, by `index` among the nodes.
        case capture, forget, groups
        /// A value whose place is kept and of which nothing else is wanted, by `index` among the
        /// edges.
        case keep
        /// The one reading of an object, by `index` among the rules of groups; its time where that
        /// stands before it and behind it.
        case grouped, groupTime, lateTime
        /// Not a step at all: bytes that are compared.
        case literal
        /// The end of the payload.
        case end

        var takesBytes: Bool {
            switch self {
            case .skip, .signal, .edge, .time, .vehicle, .ownTime, .whole, .capture, .keep,
                .grouped, .groupTime, .lateTime:
                true
            case .beginTimed, .endTimed, .missing, .forget, .groups, .literal, .end: false
            }
        }
    }

    /// What the quick loop does by itself; everything else is done by ``Action``.
    enum Quick: UInt8, BitwiseCopyable {
        /// Numbers as they are most often: in the unit of the catalogue, converted, and whole.
        case double, converted, integer
        /// Numbers of any sort, on their own and as the value of a group.
        case number, boundNumber
        case time
        /// A value that nobody wants.
        case skip
        case end
        /// Truth values, values whose place is kept, milliseconds, and the time of a group before
        /// its value and behind it.
        case boolean, boundBoolean, keep, milliseconds, groupTime, lateTime
        /// Left to the general step.
        case nothing

        @inline(always)
        var isPlainNumber: Bool { rawValue <= Quick.integer.rawValue }
        @inline(always)
        var isNumber: Bool { rawValue <= Quick.boundNumber.rawValue }
    }

    /// What becomes of a number: a double, an integer by a whole factor that never goes through a
    /// double, or one that is rounded.
    enum NumberOutcome: UInt8, BitwiseCopyable {
        case double, whole, rounded
    }

    /// Where the time of a group's reading stands.
    enum Binding: UInt8, BitwiseCopyable {
        case none, before, behind
    }

    /// Where the bytes in front lie in ``ShapeMemory/literals``.
    var literal: UInt32 = 0
    var literalCount: UInt32 = 0
    var action: Action
    var quick = Quick.nothing
    /// Slot of the time that goes with the value, or that it is; -1: none.
    var slot: Int8
    var depth: UInt8
    /// How the time is written.
    var timeKind = TimeKind.rfc3339OrMilliseconds
    var quality = TimeQuality.event
    var signal = SignalID.unknown
    var index: Int32
    /// The number that means "no value"; `.min`: none.
    var sentinel = Int8.min
    var outcome = NumberOutcome.double
    var takesText = false
    var binding = Binding.none
    /// The rule's conversion and bounds, so that the quick loop has them at hand: bounds are bits
    /// of doubles or of integers.
    var conversion = UnitConversion.identity
    var lowest: UInt64 = 0
    var highest: UInt64 = 0

    /// Takes from `rule` what a plain number or truth value needs. Words are left to the general
    /// step.
    mutating func setQuick(_ rule: ValueRule, sentinels: [Double]) {
        signal = rule.signal
        conversion = rule.conversion
        takesText = rule.takesNumbersAsText
        guard !rule.hasNumberWords, setSentinel(rule, sentinels) else { return }
        switch rule.kind {
        case .double:
            quick =
                takesText || sentinel != .min
                ? .number : rule.conversion.isIdentity ? .double : .converted
            lowest = rule.minimum.bitPattern
            highest = rule.maximum.bitPattern
        case .integer:
            outcome = rule.wholeFactor != 0 ? .whole : .rounded
            quick =
                rule.conversion.isIdentity && !takesText && sentinel == .min ? .integer : .number
            lowest = UInt64(bitPattern: rule.lowest)
            highest = UInt64(bitPattern: rule.highest)
        case .boolean: quick = rule.sentinelCount == 0 ? .boolean : .nothing
        case .allowed, .text, .troubleCodes: break
        }
    }

    /// `false` if more is to be compared than one small number.
    private mutating func setSentinel(_ rule: ValueRule, _ sentinels: [Double]) -> Bool {
        guard rule.sentinelCount > 0 else { return true }
        guard rule.sentinelCount == 1,
            let small = Int8(exactly: sentinels[Int(rule.sentinelStart)]), small != .min
        else { return false }
        sentinel = small
        return true
    }
}

/// A value that the general path met on its way through a payload.
struct ShapeMark: Sendable, BitwiseCopyable {
    var action: ShapeStep.Action
    var slot: Int8
    var depth: UInt8
    var index: Int32
    /// Where the value begins and ends; equal for what takes no bytes.
    var start: UInt32
    var end: UInt32
    /// A group asks for these very bytes, if it is bound.
    var isLiteral = false
    var binding = ShapeStep.Binding.none
    /// What the unit beside the value asks for.
    var conversion = UnitConversion.identity
}

/// Notes what the general path does, value by value, while it decodes one payload.
struct ShapeRecorder: Sendable {
    private(set) var isOn = false
    var marks: [ShapeMark] = []

    mutating func start() {
        if marks.capacity < ShapeLimits.stepsMax { marks.reserveCapacity(ShapeLimits.stepsMax) }
        marks.removeAll(keepingCapacity: true)
        isOn = true
    }

    /// What is being decoded is not to be remembered: it is not read in the order of its bytes, or
    /// something decides about it that a shape does not hold.
    mutating func stop() { isOn = false }

    /// Notes nothing until ``resume(_:)``: what is read now counts as one.
    mutating func pause() -> Bool {
        defer { isOn = false }
        return isOn
    }

    mutating func resume(_ wasOn: Bool) { isOn = wasOn }

    /// Notes that the bytes `start..<end` are a value and what was done with them.
    @inline(always)
    mutating func note(
        _ action: ShapeStep.Action, _ index: Int = 0, slot: Int = 0, depth: Int = 0,
        from start: Int, to end: Int
    ) {
        if isOn { add(action, index, slot: slot, depth: depth, from: start, to: end) }
    }

    private mutating func add(
        _ action: ShapeStep.Action, _ index: Int, slot: Int, depth: Int, from start: Int,
        to end: Int
    ) {
        guard marks.count < ShapeLimits.stepsMax - 1 else { return stop() }
        if let last = marks.last, Int(last.end) > start { return stop() }
        marks.append(
            ShapeMark(
                action: action, slot: Int8(slot), depth: UInt8(depth), index: Int32(index),
                start: UInt32(start), end: UInt32(end)))
    }
}
