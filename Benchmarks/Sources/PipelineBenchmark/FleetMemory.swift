import CMalloc
import Foundation
import Glibc

/// What the pipeline's state of a fleet takes in memory: the allocator's bytes in use before the
/// first message, against those when every vehicle has spoken.
struct FleetMemory {
    var vehicles: Int
    var stateBytes: Int
    var residentBytes: Int

    /// Feeds all messages of `fleet`, and counts. `folder` is made and removed.
    init(_ fleet: MemoryFleet, folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stage = try PipelineStage(fleet, folder: folder)
        let before = Self.bytesInUse()
        let residentBefore = try Self.bytesResident()
        try stage.feed(0..<fleet.count)
        vehicles = fleet.vehicles
        stateBytes = Self.bytesInUse() - before
        residentBytes = try Self.bytesResident() - residentBefore
        _ = try stage.stop()
    }

    var line: String {
        "{\"vehicles\":\(vehicles),\"bytes_per_vehicle\":\(stateBytes / vehicles),"
            + "\"resident_bytes_per_vehicle\":\(residentBytes / vehicles)}"
    }

    /// Of all threads, with what the allocator itself puts before a piece.
    private static func bytesInUse() -> Int {
        let found = mallinfo2()
        return Int(found.uordblks) + Int(found.hblkhd)
    }

    private static func bytesResident() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(getpagesize())
    }
}
