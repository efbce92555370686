import Foundation
import PayloadDecoding

/// All signals of recorded frames by a CAN database, one core: what `decode.can.dbc` measures.
///
/// ```
/// CANBenchmark --dbc FILE --frames FILE [--seconds 2]
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
        let nanoseconds = best / Double(signals) * 1e9
        print(
            "{\"frames\":\(frames.count / frameBytes),\"signals\":\(signals),"
                + "\"ns_per_signal\":\(nanoseconds),\"signals_per_second\":\(1e9 / nanoseconds),"
                + "\"sum\":\(sum.isFinite),\"hash\":\"\(hash)\"}")
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
                // FNV-1a over eight bytes; -0 counts as 0.
                var bits = value == 0 ? 0 : value.bitPattern
                for _ in 0..<8 {
                    hash = (hash ^ (bits & 0xFF)) &* 0x100_0000_01B3
                    bits >>= 8
                }
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
