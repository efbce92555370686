internal import FuzzStage
internal import TriggerRules
internal import VehicleSignals
internal import VehicleState

/// Stored states of vehicles: the input as a snapshot, or a state that the input's readings made,
/// kept, damaged and read back. The first byte chooses.
@main enum Snapshot: FuzzTarget {
    private static let roles = SignalRoles(catalogue: Stage.catalogue)
    private static let rules = RuleSet()
    private static let configuration = StateConfiguration()
    /// As if every signal had another number, and the last one were gone.
    private static let change = NumberChange(
        oldPaths: Stage.catalogue.definitions.map(\.path).reversed() + ["Vehicle.Gone"],
        catalogue: Stage.catalogue, origins: [OriginID(3), OriginID(1), .unknown])
    private static let begin = Timestamp(milliseconds: 1_770_000_000_000)

    static func main() { FuzzLoop.run(Self.self) }

    static func take(_ input: [UInt8]) {
        var input = InputBytes(input)
        if input.byte() & 1 == 0 { tryStored(input.rest()) } else { tryDriven(&input) }
    }

    /// What is read is written so that it is read as the same.
    private static func tryStored(_ bytes: [UInt8]) {
        for change in [nil, change] {
            let slot: VehicleSlot
            do throws(SnapshotFlaw) {
                slot = try VehicleSlot(decoding: bytes, change: change)
            } catch {
                checkPlace(error, bytes.count)
                continue
            }
            let written = encoded(slot)
            // The form before this one had no origins of values and folds: two bytes a code of 25.
            demand(
                written.count <= bytes.count + bytes.count / 12 + 64,
                "\(bytes.count) bytes became \(written.count)")
            demand(encoded(decoded(written)) == written, "read again, it is another state")
        }
    }

    private static func checkPlace(_ flaw: SnapshotFlaw, _ count: Int) {
        switch flaw {
        case .truncated(let at), .invalid(let at):
            demand(at >= 0 && at <= count, "\(flaw) in \(count) bytes")
        case .unknownVersion: break
        }
    }

    private static func encoded(_ slot: VehicleSlot) -> [UInt8] {
        var bytes: [UInt8] = []
        slot.encode(into: &bytes)
        return bytes
    }

    private static func decoded(_ bytes: [UInt8]) -> VehicleSlot {
        do throws(SnapshotFlaw) {
            return try VehicleSlot(decoding: bytes, change: nil)
        } catch {
            demand(false, "what was just written is refused: \(error)")
            return VehicleSlot()
        }
    }

    /// Applies up to 200 readings of four bytes, evaluating as a worker does; then keeps the state.
    private static func tryDriven(_ input: inout InputBytes) {
        var slot = VehicleSlot()
        var desk = FiringDesk()
        var now = begin
        let damage = (place: input.word16(), change: input.byte())
        for _ in 0..<200 where !input.isAtEnd {
            let reading = reading(&input, &now)
            _ = slot.apply(
                [reading].span, in: 0..<1, source: SourceID(reading.signal.number % 3),
                origin: OriginID(reading.signal.number % 4), roles: roles, rules: rules, zone: .utc,
                now: now, arrival: now, configuration: configuration)
            slot.evaluate(
                vehicle: VehicleKey(1), facts: VehicleFacts(), rules: rules, zone: .utc, now: now,
                configuration: configuration, desk: &desk)
            desk.firings.removeAll(keepingCapacity: true)
        }
        var bytes = encoded(slot)
        let again = decoded(bytes)
        demand(encoded(again) == bytes, "a state is not read as it was written")
        demand(again.record == slot.record, "the record is another one after reading")
        bytes[Int(damage.place) % bytes.count] ^= damage.change
        tryStored(bytes)
    }

    /// The next reading: a signal, up to 18 hours passed, and a value scaled to the signal.
    private static func reading(_ input: inout InputBytes, _ now: inout Timestamp) -> Reading {
        let number = Int(input.byte()) % Stage.catalogue.count
        let minutes = Int64(input.byte())
        now = now.advanced(by: .minutes(minutes * minutes / 60))
        let value = Int64(input.word16())
        let signal = Stage.catalogue.definitions[number]
        let id = SignalID(UInt16(number))
        func make(_ kind: ValueKind, _ bits: UInt64) -> Reading {
            Reading(
                signal: id, time: now.advanced(by: .minutes(-(value & 7) * 60)),
                timeQuality: .event, isRetained: value & 64 == 64, kind: kind, bits: bits)
        }
        switch signal.datatype {
        case .boolean: return make(.boolean, UInt64(value & 1))
        case .float, .double: return make(.double, (Double(value) / 16).bitPattern)
        case .troubleCodes: return make(.troubleCode, UInt64(value))
        case .string:
            return make(.allowed, UInt64(value) % UInt64(max(signal.allowed.count, 1)))
        default: return make(.integer, UInt64(value * (signal.path.contains("Dist") ? 64 : 1)))
        }
    }
}
