import VehicleSignals

/// Bounds of the memory of shapes, for each workspace.
enum ShapeLimits {
    /// Longest payload whose shape is remembered.
    static let payloadBytesMax = 16_384
    /// Most values of one shape.
    static let stepsMax = 512
    /// Most shapes of one template.
    static let shapesATemplate = 32
    /// Most shapes, steps and literal bytes together: 64, 512 and 256 KiB at the most.
    static let shapesMax = 1_024
    static let allStepsMax = 8_192
    static let literalBytesMax = 262_144
    /// Shapes that are tried before the general path takes over.
    static let triesMax = 4
    /// When a limit is reached nothing more is learnt, until so many payloads fitted no shape: then
    /// all is forgotten, and what the senders send by now is learnt.
    static let missesBeforeForgetting = 16_384
    /// Places for "the shape that this vehicle sent last".
    static let hints = 1_024
}

/// How well the memory of shapes serves; for tests and doors.
public struct ShapeFigures: Sendable, Equatable, BitwiseCopyable {
    /// Shapes that are remembered by now.
    public var remembered: Int
    /// Bytes that they take.
    public var bytes: Int
    /// Payloads so far that one of them fitted.
    public var fitted: UInt64
    /// Fields so far, each a topic's only value, that were read in one go.
    public var fieldsInOneGo: UInt64
}

/// One remembered shape.
struct Shape: Sendable, BitwiseCopyable {
    var template: UInt16
    var firstStep: Int32
    var stepCount: Int32
    /// Keys of the payload that nobody knows.
    var unknownSignals: UInt32
    /// Something of it is complete only at the end of the document.
    var isGathering: Bool
    /// The next shape of the same template; -1: none.
    var next: Int32
}

/// The shapes that payloads had so far: see docs/decisions/0010.
///
/// Everything is laid down once and only ever forgotten as a whole. A shape is only ever a
/// proposal: every byte of the payload is either compared with it or read.
struct ShapeMemory: Sendable {
    /// Whether shapes are remembered at all.
    var isOn = true
    /// Which set of sources the shapes were learnt with.
    private(set) var sources: UInt64 = 0
    private(set) var shapes: [Shape] = []
    private(set) var steps: [ShapeStep] = []
    /// Eight bytes more than the literals have, see ``RawSpan/holds(at:_:from:count:)``.
    private(set) var literals: [UInt8] = []
    /// By template: its first shape, or -1.
    private var heads: [Int32] = []
    private var counts: [UInt8] = []
    /// By template and vehicle: the shape that fitted last. A hint and no more.
    private var hints: [Int32] = []
    /// Some limit was reached.
    private var isFull = false
    /// A limit of all templates together was reached.
    private var hasNoRoom = false
    private var misses = 0
    var dates = DateMemory()
    /// Payloads that a shape fitted.
    var fitted: UInt64 = 0
    /// Fields for which nothing had to be remembered.
    var fieldsInOneGo: UInt64 = 0

    /// Forgets everything if it was learnt with another set of sources.
    mutating func begin(sources number: UInt64, templates: Int) {
        guard number != sources else { return }
        sources = number
        if shapes.capacity < ShapeLimits.shapesMax {
            shapes.reserveCapacity(ShapeLimits.shapesMax)
            steps.reserveCapacity(ShapeLimits.allStepsMax)
            literals.reserveCapacity(ShapeLimits.literalBytesMax + 8)
        }
        heads = [Int32](repeating: -1, count: templates)
        counts = [UInt8](repeating: 0, count: templates)
        hints = [Int32](repeating: -1, count: ShapeLimits.hints)
        forget()
    }

    var figures: ShapeFigures {
        ShapeFigures(
            remembered: shapes.count,
            bytes: shapes.count * MemoryLayout<Shape>.stride
                + steps.count * MemoryLayout<ShapeStep>.stride + literals.count,
            fitted: fitted, fieldsInOneGo: fieldsInOneGo)
    }

    private mutating func forget() {
        shapes.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        literals.removeAll(keepingCapacity: true)
        for _ in 0..<8 { literals.append(0) }
        for index in heads.indices {
            heads[index] = -1
            counts[index] = 0
        }
        for index in hints.indices { hints[index] = -1 }
        isFull = false
        hasNoRoom = false
        misses = 0
    }

    /// Where the hint for a template and the last bytes of a vehicle's name lies.
    @inline(always)
    static func place(template: UInt16, name: UInt64) -> Int {
        let mixed = (name ^ UInt64(template)) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed &>> 54)
    }

    /// The shape to try first, or -1.
    @inline(always)
    func hint(_ place: Int, template: UInt16) -> Int {
        let hint = Int(hints[place])
        return hint >= 0 && shapes[hint].template == template ? hint : Int(heads[Int(template)])
    }

    func first(template: UInt16) -> Int { Int(heads[Int(template)]) }

    @inline(always)
    mutating func setHint(_ place: Int, _ shape: Int) { hints[place] = Int32(shape) }

    /// Whether the shape of a payload that no shape fitted is wanted.
    mutating func wantsMore(template: UInt16, payloadBytes: Int) -> Bool {
        misses += 1
        if misses > ShapeLimits.missesBeforeForgetting {
            if isFull { forget() }
            misses = 0
        }
        guard payloadBytes <= ShapeLimits.payloadBytesMax, !hasNoRoom else { return false }
        guard Int(counts[Int(template)]) < ShapeLimits.shapesATemplate else {
            isFull = true
            return false
        }
        return true
    }

    /// Keeps the shape that `marks` tell of `payload`; `make` turns a mark into a step without its
    /// literal.
    mutating func keep(
        template: UInt16, _ payload: RawSpan, _ marks: [ShapeMark],
        unknownSignals: UInt32, isGathering: Bool, _ make: (ShapeMark) -> ShapeStep
    ) -> Int? {
        var literalBytes = payload.byteCount
        for mark in marks where mark.action != .literal {
            literalBytes -= Int(mark.end - mark.start)
        }
        guard shapes.count < ShapeLimits.shapesMax,
            steps.count + marks.count + 1 <= ShapeLimits.allStepsMax,
            literals.count + literalBytes <= ShapeLimits.literalBytesMax
        else {
            isFull = true
            hasNoRoom = true
            return nil
        }
        literals.removeLast(8)
        let firstStep = steps.count
        var at = 0
        for mark in marks where mark.action != .literal {
            appendStep(make(mark), payload, from: at, to: Int(mark.start))
            at = Int(mark.end)
        }
        var end = ShapeStep(action: .end, slot: 0, depth: 0, index: 0)
        end.quick = .end
        appendStep(end, payload, from: at, to: payload.byteCount)
        for _ in 0..<8 { literals.append(0) }
        shapes.append(
            Shape(
                template: template, firstStep: Int32(firstStep),
                stepCount: Int32(steps.count - firstStep), unknownSignals: unknownSignals,
                isGathering: isGathering, next: heads[Int(template)]))
        heads[Int(template)] = Int32(shapes.count - 1)
        counts[Int(template)] += 1
        return shapes.count - 1
    }

    private mutating func appendStep(
        _ step: ShapeStep, _ payload: RawSpan, from start: Int, to end: Int
    ) {
        var step = step
        step.literal = UInt32(literals.count)
        step.literalCount = UInt32(end - start)
        for index in start..<end { literals.append(payload.byte(at: index)) }
        steps.append(step)
    }
}
