import Synchronization
import VehicleSignals

extension CompiledSources {
    /// Has the general path take notes of a payload whose shape is wanted.
    func beginRecording(_ route: Route, _ payload: RawSpan, _ work: inout DecodingWorkspace) {
        work.recorder.stop()
        guard work.shapes.isOn, topics.templates[Int(route.template)].content.hasShapes else {
            return
        }
        if work.shapes.wantsMore(template: route.template, payloadBytes: payload.byteCount) {
            work.recorder.start()
        }
    }

    /// Makes a shape out of the notes about a payload that was decoded without an error.
    @inline(always)
    func keepShape(
        _ route: Route, topic: RawSpan, _ payload: RawSpan, _ work: inout DecodingWorkspace
    ) {
        if work.recorder.isOn { makeShape(route, topic: topic, payload, &work) }
    }

    private func makeShape(
        _ route: Route, topic: RawSpan, _ payload: RawSpan, _ work: inout DecodingWorkspace
    ) {
        work.recorder.stop()
        let layout = Int(topics.templates[Int(route.template)].layout)
        let qualityStart = layout < 0 ? 0 : Int(layouts[layout].qualityStart)
        bindGroups(payload, &work.recorder.marks)
        let kept = work.shapes.keep(
            template: route.template, payload, work.recorder.marks,
            // In documents they are counted by a step, whenever the shape is followed.
            unknownSignals: layout < 0 ? work.outcome.unknownSignals : 0,
            isGathering: work.recorder.marks.contains(where: isGathered)
        ) { step(of: $0, qualityStart: qualityStart) }
        guard let kept else { return }
        let nameEnd = Int(route.vehicleOffset) + Int(route.vehicleLength)
        let place = ShapeMemory.place(
            template: route.template,
            name: topic.word(from: Place(truncatingIfNeeded: max(0, nameEnd - 8))))
        work.shapes.setHint(place, kept)
    }

    /// Whether what `mark` stands for goes on beyond its own place.
    private func isGathered(_ mark: ShapeMark) -> Bool {
        switch mark.action {
        case .whole, .capture, .forget, .groups, .keep: return true
        case .edge:
            let edge = edges[Int(mark.index)]
            return documentRules[Int(edge.ruleStart)..<Int(edge.ruleStart + edge.ruleCount)]
                .contains { !$0.format.isPlain }
        case .skip, .signal, .time, .vehicle, .beginTimed, .ownTime, .endTimed, .missing,
            .grouped, .groupTime, .lateTime, .literal, .end:
            return false
        }
    }

    private func step(of mark: ShapeMark, qualityStart: Int) -> ShapeStep {
        var step = ShapeStep(
            action: mark.action, slot: mark.slot, depth: mark.depth, index: mark.index)
        switch mark.action {
        case .signal: step.setQuick(nativeRules[Int(mark.index)], sentinels: sentinels)
        case .time, .ownTime: step.quick = .time
        case .skip: step.quick = .skip
        case .keep:
            step.quick = .keep
            step.lowest = UInt64(edges[Int(mark.index)].capture)
        case .grouped, .groupTime, .lateTime: return groupStep(of: mark, step, qualityStart)
        case .edge:
            let edge = edges[Int(mark.index)]
            if edge.isVehicle { break }
            if edge.timeSlot < 0, edge.ruleCount == 1,
                documentRules[Int(edge.ruleStart)].format.isPlain
            {
                let rule = documentRules[Int(edge.ruleStart)]
                step.slot = rule.timeSlot
                step.setQuick(rule.rule, sentinels: sentinels)
            } else if edge.timeSlot >= 0, edge.ruleCount == 0 {
                step.slot = edge.timeSlot
                step.timeKind = edge.timeKind
                if edge.timeKind.isQuick { step.quick = .time }
                if edge.timeKind == .epochMilliseconds { step.quick = .milliseconds }
            } else if edge.isBare {
                step.quick = .skip
            }
        case .vehicle, .beginTimed, .endTimed, .missing, .whole, .capture, .forget, .groups,
            .literal, .end:
            break
        }
        if step.slot >= 0 { step.quality = qualities[qualityStart + Int(step.slot)] }
        return step
    }
}

extension CompiledSources {
    /// The step of a reading of several members, or of its time.
    private func groupStep(
        of mark: ShapeMark, _ begun: ShapeStep, _ qualityStart: Int
    ) -> ShapeStep {
        var step = begun
        let group = shapes.rules[Int(mark.index)]
        step.quality = group.timeQuality
        guard mark.action == .grouped else {
            step.timeKind = group.timeKind
            if group.timeKind.isQuick {
                step.quick = mark.action == .groupTime ? .groupTime : .lateTime
            }
            return step
        }
        var rule = group.rule.rule
        rule.conversion = mark.conversion
        step.setQuick(rule, sentinels: sentinels)
        switch step.quick {
        case .double, .converted, .integer, .number: step.quick = .boundNumber
        case .boolean: step.quick = .boundBoolean
        default: step.quick = .nothing
        }
        step.binding = mark.binding
        if step.binding == .none, step.slot >= 0 {
            step.quality = qualities[qualityStart + Int(step.slot)]
        }
        return step
    }
}

/// Numbers the sets of sources of the process, so that what was learnt with one is never used with
/// another.
enum CompiledSourcesCount {
    private static let made = Atomic<UInt64>(0)

    static func next() -> UInt64 { made.add(1, ordering: .relaxed).newValue }
}
