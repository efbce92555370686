// Writes to a journal from a process of its own, so that tests can kill it, trace its system
// calls, or count its allocations with nothing else running.
//
//     JournalWriterProbe append PATH THREADS FIRST COUNT
//         Appends batches from THREADS threads, COUNT in all (0: until killed). The messages of
//         batch n are those of `ProbeBatch(n)`. Writes "position n" to standard output after each
//         append has returned.
//     JournalWriterProbe allocations PATH
//         Writes the allocations of one append for batches of 10 and of 1,000 messages.

import IngestJournal

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    explain("usage: append PATH THREADS FIRST COUNT | allocations PATH")
}

do throws(JournalError) {
    let journal = try SQLiteIngestJournal(path: arguments[2])
    switch arguments[1] {
    case "append" where arguments.count == 6:
        appendBatches(
            to: journal, threads: Int(arguments[3]) ?? 1, first: Int(arguments[4]) ?? 0,
            count: Int(arguments[5]) ?? 0)
    case "allocations":
        countAllocations(of: journal)
    default:
        explain("unknown deed \(arguments[1])")
    }
    journal.close()
} catch {
    explain("\(error)")
}
