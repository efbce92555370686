import AllocationCounter
import Foundation
import IngestJournal
import VehicleSignals

func explain(_ words: String) -> Never {
    FileHandle.standardError.write(Data((words + "\n").utf8))
    exit(2)
}

/// One write call a line, so that a line is whole or not there when the process is killed.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// A batch that can be recognised: message `i` of batch `number` has the topic
/// `probe/NUMBER/i` and a payload whose length and bytes follow from both.
func probeBatch(_ number: Int, messages: Int, payloadBytes: Int) -> MessageBatch {
    var batch = MessageBatch()
    for index in 0..<messages {
        let topic = Array("probe/\(number)/\(index)".utf8)
        let payload = [UInt8](
            repeating: UInt8(truncatingIfNeeded: number &+ index), count: payloadBytes)
        let flags = MessageFlags(qualityOfService: 1, isRetained: false, isDuplicate: false)
        unsafe batch.append(
            topic: topic.span.bytes, payload: payload.span.bytes, flags: flags,
            arrival: Timestamp(milliseconds: Int64(number)))
    }
    batch.seal()
    return batch
}

func appendBatches(to journal: SQLiteIngestJournal, threads: Int, first: Int, count: Int) {
    let group = DispatchGroup()
    for worker in 0..<threads {
        let thread = Thread {
            var number = first + worker
            while count == 0 || number < first + count {
                // 1 to 200 messages: from less than a page to several.
                let batch = probeBatch(
                    number, messages: 1 + number * 37 % 200, payloadBytes: 300)
                do throws(JournalError) {
                    let position = try journal.append(batch)
                    say("\(position.number) \(number)")
                } catch {
                    explain("\(error)")
                }
                number += threads
            }
            group.leave()
        }
        group.enter()
        thread.start()
    }
    group.wait()
}

/// Counts after a warm-up that has filled SQLite's page cache and made all buffers large.
func countAllocations(of journal: SQLiteIngestJournal) {
    let small = probeBatch(1, messages: 10, payloadBytes: 300)
    let large = probeBatch(2, messages: 1000, payloadBytes: 300)
    do throws(JournalError) {
        for _ in 0..<100 { _ = try journal.append(large) }
        for _ in 0..<100 { _ = try journal.append(small) }
        for (name, batch) in [("10", small), ("1000", large), ("10", small), ("1000", large)] {
            var least = UInt64.max
            var mostOfCaller: UInt64 = 0
            for _ in 0..<20 {
                let before = allocations_of_all_threads()
                let ownBefore = allocations_of_this_thread()
                _ = try journal.append(batch)
                mostOfCaller = max(mostOfCaller, allocations_of_this_thread() - ownBefore)
                least = min(least, allocations_of_all_threads() - before)
            }
            say("\(name) messages: \(least) allocations, \(mostOfCaller) of the caller")
        }
    } catch {
        explain("\(error)")
    }
}
