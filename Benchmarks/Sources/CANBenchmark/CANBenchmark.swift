import Foundation
import PayloadDecoding
import VehicleSignals

/// All signals of recorded frames by a CAN database, one core. `decode.can.dbc` measures the kernel
/// alone, ``DBCTables``, on frames that lie ready; `decode.can.feed`, with `--feed`, the product's
/// way, see ``FrameFeed``.
///
/// ```
/// CANBenchmark --dbc FILE --frames FILE [--seconds 2] [--feed]
/// ```
/// A frame of the file is twelve bytes: its id (four, low byte first) and its eight. Prints one
/// line of JSON. `hash` is made of every value of every frame, so a peer did the same work if and
/// only if its hash is equal.
@main
struct CANBenchmark {
    static let frameBytes = 12

    static func main() throws {
        let arguments = CommandLine.arguments
        func option(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap {
                $0 + 1 < arguments.count ? arguments[$0 + 1] : nil
            }
        }
        guard let databasePath = option("--dbc"), let framesPath = option("--frames") else {
            throw MissingOption()
        }
        let seconds = option("--seconds").flatMap(Double.init) ?? 2
        let database = try DBCDatabase(bytes: try bytes(of: databasePath))
        let frames = try bytes(of: framesPath)
        if arguments.contains("--feed") {
            return try measureFeed(database, frames, seconds: seconds)
        }
        let tables = DBCTables(database)
        let room = database.messages.map(\.signals.count).max() ?? 0
        var values = [Double](repeating: 0, count: room)
        let (signals, hash) = try check(tables, frames, &values)
        var best = Double.infinity
        var spent = 0.0
        var sum = 0.0
        while spent < seconds {
            let begun = ContinuousClock.now
            sum += pass(tables, frames, &values)
            let took = begun.duration(to: .now) / .seconds(1)
            spent += took
            best = min(best, took)
        }
        report(frames, signals: signals, best: best, isFinite: sum.isFinite, hash: hash)
    }

    static func report(
        _ frames: [UInt8], signals: Int, best: Double, isFinite: Bool, hash: String
    ) {
        let nanoseconds = best / Double(signals) * 1e9
        print(
            "{\"frames\":\(frames.count / frameBytes),\"signals\":\(signals),"
                + "\"ns_per_signal\":\(nanoseconds),\"signals_per_second\":\(1e9 / nanoseconds),"
                + "\"sum\":\(isFinite),\"hash\":\"\(hash)\"}")
    }

    static func measureFeed(
        _ database: DBCDatabase, _ frames: [UInt8], seconds: Double
    ) throws {
        var feed = try FrameFeed(database, frames: frames)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let signals = try feed.pass { readings in
            for reading in readings { add(reading.bits, to: &hash) }
        }
        var best = Double.infinity
        var spent = 0.0
        while spent < seconds {
            let begun = ContinuousClock.now
            _ = try feed.pass()
            let took = begun.duration(to: .now) / .seconds(1)
            spent += took
            best = min(best, took)
        }
        report(
            frames, signals: signals, best: best, isFinite: true, hash: String(hash, radix: 16))
    }

    /// FNV-1a over eight bytes.
    static func add(_ bits: UInt64, to hash: inout UInt64) {
        var bits = bits
        for _ in 0..<8 {
            hash = (hash ^ (bits & 0xFF)) &* 0x100_0000_01B3
            bits >>= 8
        }
    }

    static func bytes(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// Decodes every frame once; a sum of first values keeps the work from being left out.
    @inline(never)
    static func pass(_ tables: DBCTables, _ frames: [UInt8], _ values: inout [Double]) -> Double {
        var sum = 0.0
        var span = values.mutableSpan
        let data = unsafe frames.span.bytes
        var at = 0
        while at + frameBytes <= data.byteCount {
            let id = unsafe UInt32(
                littleEndian: data.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
            if let message = tables.message(id: id, isExtended: false) {
                tables.decode(
                    message, data.extracting((at + 4)..<(at + frameBytes)), length: 8, into: &span)
                sum += span[0]
            }
            at += frameBytes
        }
        return sum
    }

    /// How many signals are in the frames, and a hash of all their values.
    static func check(
        _ tables: DBCTables, _ frames: [UInt8], _ values: inout [Double]
    ) throws -> (signals: Int, hash: String) {
        var signals = 0
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for start in stride(from: 0, to: frames.count - frameBytes + 1, by: frameBytes) {
            let id = (0..<4).reduce(UInt32(0)) { $0 | UInt32(frames[start + $1]) << (8 * $1) }
            guard let message = tables.message(id: id, isExtended: false) else {
                throw UnknownFrame(id: id)
            }
            let frame = Array(frames[(start + 4)..<(start + frameBytes)])
            var span = values.mutableSpan
            unsafe tables.decode(message, frame.span.bytes, length: 8, into: &span)
            for value in values.prefix(tables.signalCount(of: message)) where !value.isNaN {
                signals += 1
                // -0 counts as 0.
                add(value == 0 ? 0 : value.bitPattern, to: &hash)
            }
        }
        return (signals, String(hash, radix: 16))
    }
}

struct MissingOption: Error {}

/// A frame that the database does not have.
struct UnknownFrame: Error {
    var id: UInt32
}

extension FrameFeed {
    /// The way of the feed's topic.
    var route: Route? { unsafe sources.route(topic: topic.span.bytes) }

    /// Adds the readings of one payload.
    static func decode(
        _ payload: [UInt8], on topic: [UInt8], _ route: Route, _ sources: CompiledSources,
        _ workspace: inout DecodingWorkspace, into readings: inout [Reading],
        texts: inout [UInt8]
    ) throws(DecodeError) {
        var failure: DecodeError?
        readings.append(addingCapacity: DecodingLimits.readingsMax) { out in
            texts.append(addingCapacity: 64) { text in
                do throws(DecodeError) {
                    _ = try unsafe sources.decode(
                        route, topic: topic.span.bytes, payload: payload.span.bytes,
                        arrival: Timestamp(milliseconds: 1_770_000_000_000), isRetained: false,
                        workspace: &workspace, into: &out, texts: &text)
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
