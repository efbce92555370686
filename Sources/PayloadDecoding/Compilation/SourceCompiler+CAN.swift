import VehicleSignals

extension SourceCompiler {
    /// Tables of one topic with frames; its number among them.
    mutating func makeFrameLayout(_ mapping: CANMapping) throws(MappingFlaw) -> Int32 {
        addFrameKeys()
        var layout = FrameLayout(
            carrier: mapping.carrier, takesOBD: mapping.takesOBD, takesUDS: mapping.takesUDS,
            takesJ1939: mapping.takesJ1939, otherwise: -1, busScope: 0, slotStart: 0, slotMask: -1)
        if let otherwise = mapping.otherwise {
            layout.otherwise = Int32(layouts.count)
            layouts.append(try makeLayout(otherwise))
        }
        if mapping.takesOBD, can.parameters.isEmpty { try addParameters() }
        if mapping.takesJ1939, can.parameterGroups.isEmpty { try addParameterGroups() }
        try addDatabases(mapping, &layout)
        can.layouts.append(layout)
        return Int32(can.layouts.count - 1)
    }

    private mutating func addFrameKeys() {
        guard can.keyScope == 0 else { return }
        can.keyScope = names.newScope()
        for (word, key) in FrameKey.words {
            _ = names.add(scope: can.keyScope, name: word, value: key.rawValue)
        }
        func number(_ path: String, _ datatype: SignalDefinition.Datatype) -> Int32 {
            guard let id = catalogue.id(of: path), catalogue[id].datatype == datatype,
                catalogue[id].allowed.isEmpty
            else { return -1 }
            return Int32(id.number)
        }
        can.signals = CANTables.Signals(
            codes: number("Vehicle.Diagnostics.DTCList", .troubleCodes),
            confirmedCodes: number("Vehicle.Diagnostics.Ext.ConfirmedDTCList", .troubleCodes),
            codeCount: number("Vehicle.Diagnostics.DTCCount", .uint8),
            lamp: number("Vehicle.Diagnostics.Ext.IsMILOn", .boolean),
            identification: number("Vehicle.VehicleIdentification.VIN", .string),
            activeFaults: number("Vehicle.Diagnostics.Ext.J1939FaultList", .string),
            emissionFaults: number("Vehicle.Diagnostics.Ext.J1939EmissionFaultList", .string),
            distance: catalogue.id(of: "Vehicle.TraveledDistance").map { Int32($0.number) } ?? -1)
    }

    // MARK: fixed places

    private mutating func addParameters() throws(MappingFlaw) {
        can.parameters = [Int32](repeating: -1, count: 256)
        for field in OBDParameters.fields {
            guard let made = try makeFixedField(field, isLittleEndian: false) else { continue }
            can.parameters[Int(field.number)] = Int32(can.groups.count)
            can.groups.append(FieldGroup(start: Int32(can.fields.count), count: 1))
            can.fields.append(made)
        }
    }

    private mutating func addParameterGroups() throws(MappingFlaw) {
        var made: [UInt32: [FrameField]] = [:]
        for field in J1939Parameters.fields {
            guard let fixed = try makeFixedField(field, isLittleEndian: true) else { continue }
            made[field.number, default: []].append(fixed)
        }
        for (number, fields) in made.sorted(by: { $0.key < $1.key }) {
            can.parameterGroups.append(number)
            can.parameterGroupFields.append(Int32(can.groups.count))
            can.groups.append(
                FieldGroup(start: Int32(can.fields.count), count: Int32(fields.count)))
            can.fields.append(contentsOf: fields)
        }
    }

    /// `nil` where the catalogue has no such signal: it is not wanted then.
    private mutating func makeFixedField(
        _ field: FixedField, isLittleEndian: Bool
    ) throws(MappingFlaw) -> FrameField? {
        guard let id = catalogue.id(of: field.path) else { return nil }
        let signal = DBCSignal(
            name: field.path,
            startBit: isLittleEndian ? field.startByte * 8 : field.startByte * 8 + 7,
            bitCount: field.byteCount * 8, isLittleEndian: isLittleEndian)
        let rule = try makeRule(
            FieldMapping(
                path: [.key(field.path)], signal: field.path,
                unit: field.unit.isEmpty ? nil : Unit(named: field.unit), scale: field.factor,
                offset: field.offset), signal: id)
        var made = FrameField(plan: Int32(can.plans.plans.count), rule: rule)
        made.highest = field.highest
        Self.setWhole(&made, factor: 1, offset: 0)
        can.plans.plans.append(SignalPlan(signal))
        return made
    }

    private static func setWhole(_ field: inout FrameField, factor: Double, offset: Double) {
        guard let wholeFactor = Int64(exactly: factor), let wholeOffset = Int64(exactly: offset),
            field.rule.kind == .integer, field.rule.wholeFactor != 0
        else { return }
        field.isWhole = true
        field.wholeFactor = wholeFactor
        field.wholeOffset = wholeOffset
    }

    // MARK: databases

    private mutating func addDatabases(
        _ mapping: CANMapping, _ layout: inout FrameLayout
    ) throws(MappingFlaw) {
        let buses = Set(mapping.databases.compactMap(\.bus)).sorted()
        if !buses.isEmpty { layout.busScope = names.newScope() }
        for (index, bus) in buses.enumerated() {
            _ = try addName(scope: layout.busScope, bus, Int32(index))
        }
        var order: [UInt32] = []
        var byID: [UInt32: [FrameField]] = [:]
        for entry in mapping.databases {
            let bus = entry.bus.flatMap { buses.firstIndex(of: $0) }.map { Int16($0) } ?? -1
            // Multiplexors have to be there beside what depends on them: messages whole.
            var firsts: [Int: Int] = [:]
            for signal in entry.signals {
                let place: (message: Int, signal: Int)
                switch entry.find(signal) {
                case .success(let found): place = found
                case .failure(let miss):
                    throw flaw(.unknownInDatabase(signal.name, miss.sentence))
                }
                let message = entry.database.messages[place.message]
                let first: Int
                if let known = firsts[place.message] {
                    first = known
                } else {
                    first = can.plans.add(message)
                    firsts[place.message] = first
                }
                var field = try makeDatabaseField(
                    signal, message.signals[place.signal], plan: first + place.signal)
                field.bus = bus
                let id = CANID(message.id, message.isExtended).bits
                if byID[id] == nil { order.append(id) }
                byID[id, default: []].append(field)
            }
        }
        guard !order.isEmpty else { return }
        let firstGroup = can.groups.count
        for id in order {
            let fields = byID[id] ?? []
            can.groups.append(
                FieldGroup(start: Int32(can.fields.count), count: Int32(fields.count)))
            can.fields.append(contentsOf: fields)
        }
        let (slots, mask) = DBCTables.makeSlots(order)
        layout.slotStart = Int32(can.slots.count)
        layout.slotMask = Int32(mask)
        can.slots.append(
            contentsOf: slots.map { slot in
                guard slot.message >= 0 else { return slot }
                return DBCTables.Slot(
                    key: slot.key, message: slot.message + Int32(firstGroup))
            })
    }

    private mutating func makeDatabaseField(
        _ mapping: CANSignalMapping, _ signal: DBCSignal, plan index: Int
    ) throws(MappingFlaw) -> FrameField {
        guard let id = catalogue.id(of: mapping.signal) else {
            throw flaw(.unknownSignal(mapping.signal))
        }
        let definition = catalogue[id]
        let isNumber = definition.datatype != .boolean && definition.datatype != .string
        guard definition.datatype != .troubleCodes,
            definition.datatype != .string || !definition.allowed.isEmpty
        else { throw flaw(.notANumber(path: mapping.name)) }
        let unit = isNumber ? mapping.unit ?? signal.knownUnit : nil
        let rule = try makeRule(
            FieldMapping(
                path: [.key(mapping.name)], signal: mapping.signal, unit: unit,
                scale: mapping.scale),
            signal: id)
        var field = FrameField(plan: Int32(index), rule: rule)
        Self.setWhole(&field, factor: signal.factor, offset: signal.offset)
        try addWords(mapping, signal, definition, &field)
        if mapping.keepsToBounds { Self.setBounds(signal, &field) }
        let ones = Int64(bitPattern: can.plans.plans[index].mask)
        let isNamed =
            signal.words[ones] != nil || can.wordBits[Int(field.wordStart)...].contains(ones)
        field.isAllOnesAbsent =
            mapping.isAllOnesAbsent && signal.valueType == .unsigned && signal.bitCount >= 2
            && !isNamed
        return field
    }

    private mutating func addWords(
        _ mapping: CANSignalMapping, _ signal: DBCSignal, _ definition: SignalDefinition,
        _ field: inout FrameField
    ) throws(MappingFlaw) {
        field.wordStart = Int32(can.wordBits.count)
        for bits in mapping.invalid {
            can.wordBits.append(bits)
            can.wordValues.append(WordValue.absent)
        }
        for (word, constant) in mapping.words.sorted(by: { $0.key < $1.key }) {
            let named = signal.words.filter { $0.value == word }.keys.sorted()
            let bits = Int64(word).map { [$0] } ?? named
            guard !bits.isEmpty else {
                throw flaw(
                    .unknownInDatabase(mapping.name, "its table of values has no \"\(word)\""))
            }
            let value = try wordIndex(constant, definition, path: mapping.name)
            for bit in bits {
                can.wordBits.append(bit)
                can.wordValues.append(value)
            }
        }
        // Behind the mapping's own words, which hold where both say something.
        if definition.datatype.isNumber {
            for bits in signal.bitsOfNoValue {
                can.wordBits.append(bits)
                can.wordValues.append(WordValue.absent)
            }
        }
        if definition.datatype == .string {
            // Names of the database that are words of the catalogue speak for themselves.
            for (bits, word) in signal.words.sorted(by: { $0.key < $1.key })
            where definition.allowed.contains(word) {
                can.wordBits.append(bits)
                can.wordValues.append(
                    try wordIndex(.word(word), definition, path: mapping.name))
            }
        }
        field.wordCount = Int32(can.wordBits.count) - field.wordStart
    }

    /// The database's bounds as bounds of the bits, with a little room for what decimals lose.
    private static func setBounds(_ signal: DBCSignal, _ field: inout FrameField) {
        guard signal.minimum < signal.maximum else { return }
        switch signal.valueType {
        case .float, .double:
            field.minimum = signal.minimum
            field.maximum = signal.maximum
        case .unsigned where signal.bitCount == 64: break
        case .unsigned, .signed:
            let ends = [signal.minimum, signal.maximum]
                .map { ($0 - signal.offset) / signal.factor }.sorted()
            let low = (ends[0] - 0.001).rounded(.up)
            let high = (ends[1] + 0.001).rounded(.down)
            field.lowest = Int64(exactly: low) ?? .min
            field.highest = Int64(exactly: high) ?? .max
        }
    }
}
