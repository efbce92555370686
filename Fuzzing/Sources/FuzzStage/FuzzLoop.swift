internal import CLibFuzzer
internal import Glibc

/// One deed that is tried with every input. A class method rather than a closure, because
/// libFuzzer calls it through a C pointer that can carry nothing along.
public protocol FuzzTarget {
    /// Tries one input; ends the process through ``demand(_:_:)`` if something is wrong.
    static func take(_ input: [UInt8])
}

/// Runs a target until libFuzzer's time is over or something is found.
public enum FuzzLoop {
    nonisolated(unsafe) private static var deed: ([UInt8]) -> Void = { _ in }

    /// Does not return before the end. Arguments of the process are libFuzzer's.
    public static func run(_ target: any FuzzTarget.Type) -> Never {
        deed = { target.take($0) }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            CommandLine.unsafeArgv
        let result = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            FuzzLoop.deed(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
        exit(result)
    }
}

/// What must be true of every input. If it is not, says so and ends the process in the way that
/// libFuzzer takes for a finding and keeps the input of.
public func demand(_ isTrue: Bool, _ sentence: @autoclosure () -> String) {
    if isTrue { return }
    complain("demand not met: \(sentence())")
    abort()
}

/// One line on the standard error output, unbuffered.
func complain(_ sentence: String) {
    let line = Array((sentence + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
