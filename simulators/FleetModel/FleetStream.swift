public import VehicleSignals

/// All messages of a fleet in the order of sending, slot by slot.
///
/// The stream can begin anywhere: what would have been sent before is left out, what is still on
/// its way (reordered, repeated, in a dead spot) comes. So a run that was ended goes on where it
/// was.
public struct FleetStream: Sendable {
    /// Length of a slot. One slot's messages are in memory at a time, and those that wait.
    public static let slot = TimeSpan.minutes(15)

    public let settings: FleetSettings
    private let transport: Transport
    private let dialects: [Dialect]
    private let topics: [String]
    private var courses: [VehicleCourse]
    private var upcoming: [Evidence?]
    /// What waits, by the number of the slot in which it will be sent.
    private var waiting: [Int64: [WaitingObject]] = [:]
    /// First moment that was not given yet.
    public private(set) var position: Timestamp
    private let origin: Timestamp

    /// - Parameter from: where to begin; the start of the simulated time if `nil`.
    public init(_ settings: FleetSettings, plans: [VehiclePlan], from: Timestamp? = nil) {
        self.settings = settings
        transport = Transport(settings)
        dialects = plans.map { Dialect(seed: settings.seed, identity: $0.identity) }
        topics = plans.map { "vss/" + $0.identity.topicID + "/telemetry" }
        courses = plans.map { VehicleCourse(settings, plan: $0) }
        let slots =
            max(0, (from ?? settings.start).since(settings.start).milliseconds)
            / Self.slot.milliseconds
        origin = settings.start.advanced(
            by: TimeSpan(milliseconds: slots * Self.slot.milliseconds))
        position = origin
        // Two days before the beginning lies everything that may still be on its way.
        let firstDay = Int(origin.since(settings.start).milliseconds / 86_400_000) - 2
        if firstDay > 0 {
            for index in courses.indices { courses[index].skip(toDay: firstDay) }
        }
        upcoming = []
        upcoming.reserveCapacity(courses.count)
        for index in courses.indices { upcoming.append(courses[index].next()) }
        schedule(before: origin)
    }

    /// When everything has been sent.
    public var end: Timestamp { settings.end.advanced(by: FaultShares.latenessMax) }
    public var isOver: Bool { position >= end }

    /// The messages of the next slot, in the order of sending; empty slots give none. After the
    /// last slot always empty.
    public mutating func nextSlot() -> [SentMessage] {
        guard !isOver else { return [] }
        let slotEnd = position.advanced(by: Self.slot)
        schedule(before: slotEnd)
        let number = slotNumber(position)
        position = slotEnd
        guard var objects = waiting.removeValue(forKey: number) else { return [] }
        objects.sort(by: WaitingObject.comesBefore)
        return messages(of: objects)
    }

    private func slotNumber(_ time: Timestamp) -> Int64 {
        time.since(settings.start).milliseconds / Self.slot.milliseconds
    }

    /// Lets the vehicles live up to `limit` and sorts what they say into the slots of sending.
    private mutating func schedule(before limit: Timestamp) {
        for index in courses.indices {
            while let evidence = upcoming[index], evidence.time < limit {
                transport.carry(evidence, dialect: dialects[index]) { object in
                    if object.sendTime >= origin {
                        waiting[slotNumber(object.sendTime), default: []].append(object)
                    }
                }
                upcoming[index] = courses[index].next()
            }
        }
    }

    private func messages(of objects: [WaitingObject]) -> [SentMessage] {
        var messages: [SentMessage] = []
        messages.reserveCapacity(objects.count)
        for object in objects {
            if object.kind == .batch, let last = messages.last, last.kind == .batch,
                last.vehicle == object.vehicle, last.time == object.sendTime,
                last.reports < Transport.batchMax
            {
                let index = messages.count - 1
                messages[index].payload[messages[index].payload.count - 1] = UInt8(ascii: ",")
                messages[index].payload.append(contentsOf: object.bytes)
                messages[index].payload.append(UInt8(ascii: "]"))
                messages[index].reports += 1
                continue
            }
            let payload =
                object.kind == .batch
                ? [UInt8(ascii: "[")] + object.bytes + [UInt8(ascii: "]")] : object.bytes
            messages.append(
                SentMessage(
                    vehicle: object.vehicle, time: object.sendTime,
                    topic: topics[object.vehicle], payload: payload, kind: object.kind,
                    reports: object.kind == .rubbish ? 0 : 1))
        }
        return messages
    }
}
