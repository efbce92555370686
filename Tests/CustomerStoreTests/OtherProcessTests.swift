import CustomerStore
import Customers
import Foundation
import Testing
import VehicleSignals

/// A second process at the same file, which is killed while it writes.
@Suite struct OtherProcessTests {
    static let sqlite = "/usr/bin/sqlite3"

    @Test func `a process killed in the middle of its transaction leaves no trace and no lock`()
        throws
    {
        guard FileManager.default.isExecutableFile(atPath: Self.sqlite) else {
            print("skipped: \(Self.sqlite) is not installed")
            return
        }
        let world = try StoreWorld.ready()
        let other = Process()
        other.executableURL = URL(fileURLWithPath: Self.sqlite)
        other.arguments = [world.path]
        let input = Pipe()
        let output = Pipe()
        other.standardInput = input
        other.standardOutput = output
        try other.run()
        input.fileHandleForWriting.write(
            Data(
                """
                BEGIN IMMEDIATE;
                INSERT INTO persons (key, name, language, do_not_contact)
                    VALUES ('half', 'Half Written', 'en', 0);
                SELECT 'locked';

                """.utf8))
        // The answer says that the lock is held: no waiting by the clock.
        #expect(try output.fileHandleForReading.read(upToCount: 6) == Data("locked".utf8))
        let impatient = try CustomerStore(
            path: world.path, options: StoreOptions(busyMillisecondsMax: 20))
        #expect(throws: (any Error).self) {
            _ = try impatient.store(firings: [], position: JournalPosition(1), now: world.now)
        }
        #expect(kill(other.processIdentifier, SIGKILL) == 0)
        other.waitUntilExit()
        _ = try impatient.store(firings: [], position: JournalPosition(1), now: world.now)
        #expect(try world.store.position() == JournalPosition(1))
        #expect(try world.store.operatorCounts().persons == 2)
    }
}
