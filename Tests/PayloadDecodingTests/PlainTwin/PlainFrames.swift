import PayloadDecoding
import VehicleSignals

// Frames said plainly: a list of frames, then each for itself, with what is remembered of the
// topic.

/// A value at a place that a standard fixes.
struct PlainPlace {
    var number: Int
    var first: Int
    var count: Int
    var factor: Double
    var offset: Double
    var unit: String
    var path: String
    var highest = Int64.max
}

/// What the frames of one payload have in common.
struct PlainFrameContext {
    var mapping: CANMapping
    var time: Int64?
    var pauseTime: Int64?
}

extension PlainDecoder {
    mutating func frames(
        _ payload: [UInt8], _ mapping: CANMapping, _ match: PlainTopics.Match, topic: String
    ) throws(DecodeError) {
        let found: [PlainFrame]?
        switch mapping.carrier {
        case .candump:
            var reader = PlainCandump(payload)
            found = try reader.frames()
        case .wican: found = try wicanFrames(payload)
        }
        guard let found else {
            guard let otherwise = mapping.otherwise else { throw DecodeError(.wrongType, at: 0) }
            return try document(PlainParser.parse(payload), otherwise, match)
        }
        let key = "\(match.source) \(topic)"
        var buses = memories[key] ?? PlainBuses()
        (buses.dropped, buses.refused, buses.said) = (0, 0, [])
        for frame in found {
            let context = PlainFrameContext(
                mapping: mapping, time: frame.time,
                pauseTime: frame.time ?? (out.isRetained ? nil : out.arrival.milliseconds))
            databaseFields(frame, context)
            take(frame, context, &buses)
        }
        buses.forgetUnused()
        memories[key] = buses
        out.outcome.droppedTransfers += buses.dropped
        out.outcome.outOfRange += buses.refused
    }

    private mutating func take(
        _ frame: PlainFrame, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        let mapping = context.mapping
        let address: Int
        if !frame.isExtended, (0x7E8...0x7EF).contains(frame.id) {
            address = 0x100 + Int(frame.id) - 0x7E8
        } else if frame.isExtended, (0x18DA_F100...0x18DA_F1FF).contains(frame.id) {
            address = Int(frame.id) - 0x18DA_F100
        } else {
            if mapping.takesJ1939, frame.isExtended { group(of: frame, context, &buses) }
            return
        }
        guard mapping.takesOBD || mapping.takesUDS else { return }
        guard let bus = buses.number(of: frame.bus) else {
            buses.dropped += 1
            return
        }
        if let message = buses.isoTP(frame, bus: bus, context.pauseTime) {
            answer(message, PlainUnit(bus: bus, address: address), context, &buses)
        }
    }

    private mutating func group(
        of frame: PlainFrame, _ context: PlainFrameContext, _ buses: inout PlainBuses
    ) {
        var number = Int(frame.id >> 8) & 0x3_FFFF
        if number & 0xFF00 < 0xF000 { number &= 0x3_FF00 }
        let needMemory = [0xEC00, 0xEB00, 65_226, 65_236, 65_248, 65_217, 65_216]
        guard needMemory.contains(number) else {
            let nobody = PlainUnit(bus: 0, address: 0)
            return parameterGroup(number, frame.data, nobody, context, &buses)
        }
        guard let bus = buses.number(of: frame.bus) else {
            buses.dropped += 1
            return
        }
        let unit = PlainUnit(bus: bus, address: Int(frame.id & 0xFF))
        switch number {
        case 0xEC00: buses.connection(frame, bus: bus, context.pauseTime)
        case 0xEB00:
            guard let whole = buses.transportData(frame, bus: bus, context.pauseTime) else {
                return
            }
            parameterGroup(whole.group, whole.bytes, unit, context, &buses)
        default: parameterGroup(number, frame.data, unit, context, &buses)
        }
    }
}

// Numbers out of bytes and bits.
extension PlainDecoder {
    /// The number at a place; `nil` where the bytes end before it. High byte first in OBD-II.
    static func raw(_ place: PlainPlace, _ data: [UInt8], highFirst: Bool) -> Int64? {
        guard data.count >= place.first + place.count else { return nil }
        let bytes = data[place.first..<place.first + place.count]
        return (highFirst ? Array(bytes) : bytes.reversed()).reduce(0) { $0 * 256 + Int64($1) }
    }

    mutating func fixed(_ place: PlainPlace, _ raw: Int64, _ context: PlainFrameContext) {
        guard let signal = catalogue.id(of: place.path) else { return }
        guard raw <= place.highest else {
            out.outcome.outOfRange += 1
            return
        }
        physical(
            raw, Double(raw), (1, 0), Unit(named: place.unit), (place.factor, place.offset), signal,
            context)
    }

    /// A number in the mapping's unit as a reading. `whole`: the bits before factor and offset,
    /// where they fit.
    mutating func physical(
        _ whole: Int64?, _ value: Double, _ line: (factor: Double, offset: Double), _ unit: Unit?,
        _ scale: (factor: Double, offset: Double), _ signal: SignalID, _ context: PlainFrameContext
    ) {
        let definition = catalogue[signal]
        if definition.datatype == .boolean, value == 0 || value == 1 {
            return out.add(
                signal, .boolean, value == 1 ? 1 : 0, time: context.time, quality: .event)
        }
        let isNumber = definition.datatype != .boolean && definition.datatype != .string
        let toSignal = (unit ?? definition.unit).conversion(to: definition.unit)
        guard isNumber, let toSignal else {
            out.outcome.outOfRange += 1
            return
        }
        let conversion = toSignal.preceded(byScale: scale.factor, offset: scale.offset)
        if let whole, definition.datatype.isInteger, conversion.wholeFactor != 0,
            let factor = Int64(exactly: line.factor), let offset = Int64(exactly: line.offset)
        {
            let (product, first) = whole.multipliedReportingOverflow(by: factor)
            let (sum, second) = product.addingReportingOverflow(offset)
            let (all, third) = sum.multipliedReportingOverflow(
                by: conversion.wholeFactor)
            guard !first, !second, !third, Self.fits(Double(all), whole: all, definition) else {
                out.outcome.outOfRange += 1
                return
            }
            return out.add(
                signal, .integer, UInt64(bitPattern: all), time: context.time, quality: .event)
        }
        let converted = conversion.apply(value)
        if definition.datatype.isInteger {
            guard abs(converted) <= 9_007_199_254_740_992,
                let rounded = Int64(exactly: converted.rounded()),
                Self.fits(converted.rounded(), whole: rounded, definition)
            else {
                out.outcome.outOfRange += 1
                return
            }
            out.add(
                signal, .integer, UInt64(bitPattern: rounded), time: context.time, quality: .event)
        } else if Self.fits(converted, whole: nil, definition) {
            out.add(
                signal, .double, (converted == 0 ? 0 : converted).bitPattern, time: context.time,
                quality: .event)
        } else {
            out.outcome.outOfRange += 1
        }
    }

    mutating func databaseFields(_ frame: PlainFrame, _ context: PlainFrameContext) {
        for database in context.mapping.databases {
            if let bus = database.bus, Array(bus.utf8) != frame.bus { continue }
            for mapping in database.signals {
                guard case .success(let place) = database.find(mapping) else { continue }
                let message = database.database.messages[place.message]
                guard message.id == frame.id, message.isExtended == frame.isExtended else {
                    continue
                }
                databaseField(mapping, message.signals[place.signal], message, frame, context)
            }
        }
    }

    private mutating func databaseField(
        _ mapping: CANSignalMapping, _ signal: DBCSignal, _ message: DBCMessage,
        _ frame: PlainFrame, _ context: PlainFrameContext
    ) {
        guard let id = catalogue.id(of: mapping.signal),
            let (whole, value) = PlainBits.value(signal, of: message, frame.data)
        else { return }
        let definition = catalogue[id]
        if mapping.invalid.contains(whole) {
            out.outcome.absent += 1
            return
        }
        let name = signal.words[whole]
        let meant = mapping.words.filter { Int64($0.key) == whole || $0.key == name }
        if let word = meant.min(by: { $0.key < $1.key }) {
            return add(word.value, id, time: context.time, quality: .event)
        }
        if definition.datatype == .string, let name, definition.allowed.contains(name) {
            return add(.word(name), id, time: context.time, quality: .event)
        }
        if definition.datatype.isNumber, Self.isMeasured(signal), let name, Self.saysNothing(name) {
            out.outcome.absent += 1
            return
        }
        let isUnsigned = signal.valueType == .unsigned
        let ones = UInt64.max >> UInt64(64 - signal.bitCount)
        if mapping.isAllOnesAbsent, isUnsigned, signal.bitCount >= 2, name == nil,
            UInt64(bitPattern: whole) == ones
        {
            out.outcome.absent += 1
            return
        }
        let isFloating = signal.valueType == .float || signal.valueType == .double
        let isWide = isUnsigned && signal.bitCount == 64
        if mapping.keepsToBounds, signal.minimum < signal.maximum, !isWide {
            // Decimals lose a little; a bit's worth is much more.
            let room = isFloating ? 0 : abs(signal.factor) * 0.001
            guard value >= signal.minimum - room, value <= signal.maximum + room else {
                out.outcome.outOfRange += 1
                return
            }
        }
        guard !value.isNaN, abs(value) <= Double.greatestFiniteMagnitude else {
            out.outcome.outOfRange += 1
            return
        }
        let isNumber = definition.datatype != .boolean && definition.datatype != .string
        physical(
            isFloating || isWide ? nil : whole, value, (signal.factor, signal.offset),
            isNumber ? mapping.unit ?? signal.knownUnit : nil, (mapping.scale, 0), id,
            context)
    }

    /// Whether the signal is a number that was measured, and no flag or choice: most of its values
    /// have no name.
    private static func isMeasured(_ signal: DBCSignal) -> Bool {
        signal.bitCount >= 16
            || signal.bitCount >= 4 && signal.words.count < 1 << (signal.bitCount - 1)
    }

    /// Whether a name of a database says that there is no value.
    private static func saysNothing(_ name: String) -> Bool {
        var letters = ""
        for character in name.lowercased() where !["_", "-", " ", "\t"].contains(character) {
            letters.append(character)
        }
        let whole = """
            unknown unbekannt invalid signalinvalid ungültig ungueltig signalungueltig na n/a sna \
            nodata nodataexists nodatapresent signalnotavailable unavailable \
            temporarilynotavailable temporarilyunavailable nichtverfügbar nichtverfuegbar \
            keinwertimspeicher notsupported fault faulty faulted error errorindicator fehler init \
            initialisierung initialising initializing initialisation initialization
            """
        if whole.split(separator: " ").contains(where: { $0 == letters }) { return true }
        let counted = [
            "notavailable", "notused", "unused", "notdefined", "undefined", "nichtdefiniert",
            "undefiniert", "reserved", "reserviert",
        ]
        return counted.contains {
            letters.hasPrefix($0) && letters.dropFirst($0.count).allSatisfy(\.isNumber)
        }
    }
}
