import VehicleSignals

// Objects that are one reading: value, unit and time in several members. Which rule holds and what
// its unit asks for is told by words that seldom change. In a shape these words are bytes that are
// compared, and what is left are a value and a time, read where they stand. Objects that make
// several readings, in arrays below, in parts or under a condition, stay with the general way.

extension CompiledSources {
    /// Binds the groups of all objects of a payload as far as they are that simple.
    func bindGroups(_ payload: RawSpan, _ marks: inout [ShapeMark]) {
        joinCaptures(&marks)
        for end in marks.indices where marks[end].action == .groups {
            bind(through: end, payload, &marks)
        }
    }

    /// A value of which only the place is kept becomes one step.
    private func joinCaptures(_ marks: inout [ShapeMark]) {
        guard marks.count > 1 else { return }
        for index in 1..<marks.count
        where marks[index].action == .edge && marks[index - 1].action == .capture
            && marks[index].index == marks[index - 1].index
            && edges[Int(marks[index].index)].isBare
        {
            marks[index].action = .keep
            marks[index - 1].action = .literal
        }
    }

    private func bind(through end: Int, _ payload: RawSpan, _ marks: inout [ShapeMark]) {
        let node = marks[end].index
        var begin = end - 1
        while begin >= 0, marks[begin].action != .forget || marks[begin].index != node {
            begin -= 1
        }
        guard begin >= 0 else { return }
        var object = BoundObject(members: begin..<end)
        guard choose(Int(node), &object, payload, &marks),
            object.value < 0 || bindValue(object, depth: marks[end].depth + 1, payload, &marks)
        else {
            for index in object.members { marks[index].isLiteral = false }
            return
        }
        marks[begin].action = .literal
        marks[end].action = .literal
        let first = nodes[Int(node)].captureStart
        let captures = first..<(first + nodes[Int(node)].captureCount)
        for index in object.members {
            if marks[index].isLiteral {
                marks[index].action = .literal
            } else if marks[index].action == .keep,
                captures.contains(edges[Int(marks[index].index)].capture)
            {
                marks[index].action = .edge
            }
        }
    }

    /// Finds the only rule that makes a reading of the object; `false` if it is not that simple.
    private func choose(
        _ node: Int, _ object: inout BoundObject, _ payload: RawSpan, _ marks: inout [ShapeMark]
    ) -> Bool {
        var next = Int(nodes[node].firstGroup)
        while next >= 0 {
            let group = shapes.groups[next]
            next = Int(group.next)
            var range = group.rules
            if group.whenCapture >= 0 {
                guard let place = self.place(of: group.whenCapture, object, marks) else {
                    return false
                }
                guard place >= 0 else { continue }
                guard
                    let choice = try? memberWord(
                        group.whenScope, payload, at: Int(marks[place].start))
                else { return false }
                marks[place].isLiteral = true
                guard choice >= 0 else {
                    // Who counts unknown signals looks at each payload.
                    if group.countsUnknown { return false }
                    continue
                }
                range = shapes.choices[Int(choice)]
            }
            for index in range.start..<(range.start + range.count) {
                guard take(Int(index), &object, marks) else { return false }
            }
        }
        return true
    }

    private func take(_ index: Int, _ object: inout BoundObject, _ marks: [ShapeMark]) -> Bool {
        let rule = shapes.rules[index]
        if rule.eachCapture >= 0 { return place(of: rule.eachCapture, object, marks) == -1 }
        var value = -1
        for capture in rule.values.start..<(rule.values.start + rule.values.count) where value < 0 {
            let found = place(of: shapes.valueCaptures[Int(capture)], object, marks)
            guard let found else { return false }
            value = found
        }
        if value < 0 { return true }
        guard object.value < 0,
            rule.unlessCapture < 0 || place(of: rule.unlessCapture, object, marks) == -1
        else { return false }
        object.value = value
        object.rule = index
        return true
    }

    /// Which mark keeps a capture: -1 where the payload has none, `nil` where it is no plain value.
    private func place(
        of capture: Int16, _ object: BoundObject, _ marks: [ShapeMark]
    ) -> Int? {
        for index in object.members {
            let mark = marks[index]
            guard mark.action == .keep || mark.action == .capture,
                edges[Int(mark.index)].capture == capture
            else { continue }
            return mark.action == .keep ? index : nil
        }
        return -1
    }

    private func bindValue(
        _ object: BoundObject, depth: UInt8, _ payload: RawSpan, _ marks: inout [ShapeMark]
    ) -> Bool {
        let group = shapes.rules[object.rule]
        let value = object.value
        let byte = payload.byte(at: Int(marks[value].start))
        guard group.rule.format.isPlain, byte != UInt8(ascii: "{"), byte != UInt8(ascii: "["),
            !marks[value].isLiteral,
            marks[(value + 1)..<object.members.upperBound].allSatisfy(makesNoReading)
        else { return false }
        var rule = group.rule.rule
        if group.unitCapture >= 0, group.rule.format.unitScope != 0 {
            guard let unit = place(of: group.unitCapture, object, marks), unit != value else {
                return false
            }
            if unit >= 0 {
                let isKnown = try? takeUnit(
                    group.rule.format.unitScope, payload, at: Int(marks[unit].start), &rule)
                guard isKnown == true else { return false }
                marks[unit].isLiteral = true
            }
        }
        if group.timeCapture >= 0 {
            guard let time = place(of: group.timeCapture, object, marks), time != value,
                time < 0 || !marks[time].isLiteral
            else { return false }
            if time >= 0 {
                marks[time].action = time < value ? .groupTime : .lateTime
                marks[time].index = Int32(object.rule)
                marks[value].binding = time < value ? .before : .behind
            }
        }
        marks[value].action = .grouped
        marks[value].index = Int32(object.rule)
        marks[value].slot = group.rule.timeSlot
        marks[value].depth = depth
        marks[value].conversion = rule.conversion
        return true
    }

    private func makesNoReading(_ mark: ShapeMark) -> Bool {
        switch mark.action {
        case .skip, .time, .vehicle, .keep, .literal: true
        case .edge: edges[Int(mark.index)].ruleCount == 0
        case .signal, .beginTimed, .ownTime, .endTimed, .missing, .whole, .capture, .forget,
            .groups, .grouped, .groupTime, .lateTime, .end:
            false
        }
    }
}

/// One object while it is bound: its marks, and the rule that makes its reading out of the value.
private struct BoundObject {
    let members: Range<Int>
    var value = -1
    var rule = -1
}
