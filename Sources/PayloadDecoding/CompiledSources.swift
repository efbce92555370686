public import VehicleSignals

/// All sources, frozen: topics to routes, payloads to readings, by number and without a
/// dictionary, a class or a text on the way.
///
/// A value that never changes; share it between threads. A reload makes a new one.
public final class CompiledSources: Sendable {
    public let catalogue: SignalCatalogue
    /// Index = number of the ``SourceID``. For doors.
    public let definitions: [SourceDefinition]
    /// The signal with which a vehicle tells its VIN; `.unknown` in a catalogue without it.
    public let vinSignal: SignalID

    /// Sources with versions by number: those of this set, of every set before it in this run, and
    /// those that stored state tells of.
    public let origins: ReadingOrigins

    /// Tells this set of sources from every other one of the process.
    let number: UInt64
    let topics: TopicTable
    let names: NameTable
    /// Number in ``origins``, by source.
    let originNumbers: [OriginID]
    /// Longest payload, by source.
    let payloadLimits: [Int32]
    /// Edition of VSS, by source.
    let editions: [UInt8]
    /// Scope of the signals' names in VSS 4, 5, 6.
    let editionScopes: [UInt32]
    let nativeScope: UInt32
    let nativeRules: [ValueRule]
    let nodes: [DocumentNode]
    let edges: [DocumentEdge]
    let documentRules: [DocumentRule]
    let quickFields: [ShapeStep]
    let quickParts: [QuickField]
    /// By document rule, for numbers that are parts of a text.
    let quickSteps: [ShapeStep]
    let missingEdges: [Int32]
    let layouts: [DocumentLayout]
    let words: [WordValue]
    let qualities: [TimeQuality]
    let serviceSignals: [Bool]
    let sentinels: [Double]
    let can: CANTables
    let protobuf: ProtobufTables
    let shapes: ShapeTables

    /// Freezes `definitions` over `catalogue`. Of several templates that match a topic equally well
    /// the one that comes first in `given` holds.
    ///
    /// - Parameter older: a set whose numbers of sources stay what they are, since state, names and
    ///   sessions of this run are kept by them: a source that it has too keeps its number, a new
    ///   one gets the next, and one that is gone keeps its number and reads nothing any more.
    ///   `nil`: a ``SourceID`` is the index in `given`.
    public init(
        definitions given: [SourceDefinition], catalogue: SignalCatalogue,
        numberedAs older: CompiledSources? = nil
    ) throws(MappingFlaw) {
        let (definitions, numbers) = SourceNumbers.arrange(given, as: older?.definitions ?? [])
        var compiler = SourceCompiler(catalogue: catalogue)
        try compiler.addNativeNames()
        try compiler.add(given, numbers: numbers)
        number = CompiledSourcesCount.next()
        self.catalogue = catalogue
        self.definitions = definitions
        vinSignal = catalogue.id(of: "Vehicle.VehicleIdentification.VIN") ?? .unknown
        let origins = older?.origins ?? ReadingOrigins()
        self.origins = origins
        originNumbers = definitions.map {
            origins.number(of: ReadingOrigin(source: $0.name, mappingVersion: $0.version))
        }
        topics = compiler.makeTopicTable()
        names = NameTable(compiler.names.entries)
        payloadLimits = definitions.map { Int32($0.payloadBytesMax) }
        editions = definitions.map { UInt8($0.edition) }
        editionScopes = compiler.editionScopes
        nativeScope = compiler.nativeScope
        nativeRules = compiler.nativeRules
        nodes = compiler.nodes
        let edges = compiler.edges.map { $0.settled(compiler.shapes) }
        self.edges = edges
        quickFields = Self.quickFields(
            edges, compiler.documentRules, sentinels: compiler.sentinels)
        quickSteps = QuickField.steps(compiler.documentRules, sentinels: compiler.sentinels)
        quickParts = QuickField.all(
            edges, compiler.documentRules, compiler.nodes, steps: quickSteps)
        documentRules = compiler.documentRules
        missingEdges = compiler.missingEdges
        layouts = compiler.layouts
        words = compiler.words
        qualities = compiler.qualities
        serviceSignals = catalogue.definitions.map(\.isForService)
        sentinels = compiler.sentinels
        can = compiler.can
        protobuf = compiler.protobuf
        compiler.shapes.rules = compiler.shapes.rules.map {
            $0.settled(sentinels: compiler.sentinels)
        }
        shapes = compiler.shapes
    }

    /// A new workspace, for one thread.
    public func makeWorkspace() -> DecodingWorkspace { DecodingWorkspace(stamps: stampCount) }

    /// Whether a vehicle whose gate is `service_only` may deliver the signal; one look into a
    /// table.
    public func isForService(_ signal: SignalID) -> Bool { serviceSignals[Int(signal.number)] }

    private var stampCount: Int { max(nativeRules.count, edges.count) }

    /// The source, template and captures of a topic; `nil` if no template matches. No allocation.
    public func route(topic: RawSpan) -> Route? { topics.route(topic, names: names) }

    /// The same for whoever routes one topic after the other: `hint` says what to look at first.
    public func route(topic: RawSpan, after hint: inout RouteHint) -> Route? {
        if hint.sources != number {
            hint = RouteHint()
            hint.sources = number
        }
        return topics.route(topic, names: names, after: &hint)
    }

    /// Whether the route's messages are known and of no use: counted, never decoded.
    public func isIgnored(_ route: Route) -> Bool {
        topics.templates[Int(route.template)].content == .ignored
    }

    /// Decodes one payload into readings, in the order of the payload.
    ///
    /// Everything or nothing: after an error `readings` and `texts` are as before. `texts` takes
    /// the bytes of text values; a reading's offset counts from the beginning of `texts`.
    /// Allocates nothing once `workspace` was used with this set of sources.
    ///
    /// - Parameters:
    ///   - route: of this topic, from ``route(topic:)`` of this set of sources.
    ///   - arrival: stands in where the payload has no time, unless `isRetained`: then the age of
    ///     the value is unknown and the reading has no time.
    public func decode(
        _ route: Route, topic: RawSpan, payload: RawSpan, arrival: Timestamp, isRetained: Bool,
        workspace: inout DecodingWorkspace, into readings: inout OutputSpan<Reading>,
        texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) -> DecodeOutcome {
        let limit = Int(payloadLimits[Int(route.source.number)])
        guard payload.byteCount <= limit else { throw DecodeError(.payloadTooLarge, at: limit) }
        let template = topics.templates[Int(route.template)]
        if template.content == .fields || template.content == .text {
            let outcome = decodeFieldQuickly(
                template, route, topic: topic, payload, arrival: arrival, isRetained: isRetained,
                &readings)
            if let outcome {
                workspace.shapes.fieldsInOneGo &+= 1
                return outcome
            }
        } else if workspace.shapes.isOn, template.content.hasShapes {
            let outcome = decodeByShape(
                route, topic: topic, payload, arrival: arrival, isRetained: isRetained, &workspace,
                &readings, &texts)
            if let outcome { return outcome }
        }
        workspace.begin(stamps: stampCount, isRetained: isRetained)
        beginRecording(route, payload, &workspace)
        let firstReading = readings.count
        let firstText = texts.count
        do throws(DecodeError) {
            try decodeContent(
                route, topic: topic, payload, arrival: arrival, &workspace, &readings, &texts)
        } catch {
            readings.removeLast(readings.count - firstReading)
            texts.removeLast(texts.count - firstText)
            throw error
        }
        keepShape(route, topic: topic, payload, &workspace)
        var outcome = workspace.outcome
        outcome.readings = UInt32(readings.count - firstReading)
        return outcome
    }

    private func decodeContent(
        _ route: Route, topic: RawSpan, _ payload: RawSpan, arrival: Timestamp,
        _ workspace: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        let template = topics.templates[Int(route.template)]
        let first = readings.count
        switch template.content {
        case .ignored: return
        case .protobuf:
            try decodeProtobuf(
                protobuf.layouts[Int(template.layout)], route: route, topic: topic, payload,
                &workspace, &readings, &texts)
            return settle(
                &readings, from: first, arrival: arrival, workspace, qualityStart: 0)
        case .native:
            return try decodeNative(
                route: route, topic: topic, edition: Int(editions[Int(route.source.number)]),
                arrival: arrival, payload, &workspace, &readings, &texts)
        case .can:
            return try decodeFrames(
                can.layouts[Int(template.layout)], route: route, topic: topic, arrival: arrival,
                payload, &workspace, &readings, &texts)
        case .packed:
            try decodePacked(
                layouts[Int(template.layout)], route: route, topic: topic, payload, &workspace,
                &readings, &texts)
        case .documents:
            return try decodeDocuments(
                layouts[Int(template.layout)], route: route, topic: topic, arrival: arrival,
                payload, &workspace, &readings, &texts)
        case .document:
            try decodeDocument(
                layouts[Int(template.layout)], route: route, topic: topic, payload, &workspace,
                &readings, &texts)
        case .fields, .text:
            try decodeField(
                layouts[Int(template.layout)], route: route, topic: topic, payload, &workspace,
                &readings, &texts)
        }
        try settleDocument(
            layouts[Int(template.layout)], route: route, topic: topic, from: first,
            arrival: arrival, &workspace, &readings, &texts)
    }
}

extension CompiledSources {
    /// See ``PendingTime``; `qualityStart` is the first of the eight qualities in use.
    func settle(
        _ readings: inout OutputSpan<Reading>, from first: Int, arrival: Timestamp,
        _ workspace: borrowing DecodingWorkspace, qualityStart: Int
    ) {
        let end = qualityStart + DecodingLimits.timeSlotsMax
        let all = qualities
        PendingTime.settle(
            &readings, from: first, arrival: arrival, workspace,
            qualities: all.span.extracting(qualityStart..<end))
    }
}

// What doors ask.
extension CompiledSources {
    /// The source's name as its file says: `skoda`.
    public func name(of source: SourceID) -> String { definitions[Int(source.number)].name }

    /// The version of the source's mapping; with the name it traces every reading.
    public func mappingVersion(of source: SourceID) -> String {
        definitions[Int(source.number)].version
    }

    /// Whether names that only this source knows may make a vehicle known.
    public func mayEnrol(_ source: SourceID) -> Bool { definitions[Int(source.number)].mayEnrol }

    /// Whether the route's messages are frames of a bus, on which any unit may speak.
    public func isOfFrames(_ route: Route) -> Bool {
        topics.templates[Int(route.template)].content == .can
    }

    /// Whether a VIN in a reading says whose a name is that leads to no vehicle yet.
    public func linksByVIN(_ source: SourceID) -> Bool {
        definitions[Int(source.number)].linksByVIN
    }

    public func source(named name: String) -> SourceID? {
        definitions.firstIndex { $0.name == name }.map { SourceID(UInt16($0)) }
    }

    /// The template that a route came by, as it was written.
    public func template(of route: Route) -> String {
        topics.texts[Int(route.template)]
    }

    /// MQTT filters of all sources, in the order of the sources, without those that another one
    /// covers: overlapping shared subscriptions would deliver a message twice.
    public var subscriptions: [String] {
        SubscriptionFilters.withoutCovered(definitions.flatMap(\.subscriptions))
    }
}
