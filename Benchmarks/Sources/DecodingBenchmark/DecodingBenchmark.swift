import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// Bytes to readings, one core, everything in memory.
///
/// ```
/// DecodingBenchmark corpus FOLDER
/// DecodingBenchmark run FOLDER CORPUS [--cold] [--topic] [--seconds SECONDS]
/// ```
/// `corpus` writes the messages of every corpus and what their mapping is, for the peers.
/// `run` prints one line of JSON with the best time a message over many passes and the hash of all
/// readings. `--cold` decodes without memory of shapes; `--topic` routes each topic as well.
@main
struct DecodingBenchmark {
    static func main() throws {
        var words = Array(CommandLine.arguments.dropFirst())
        let isCold = take("--cold", from: &words)
        let routes = take("--topic", from: &words)
        var seconds = 1.0
        if let place = words.firstIndex(of: "--seconds"), place + 1 < words.count {
            seconds = Double(words[place + 1]) ?? seconds
            words.removeSubrange(place...(place + 1))
        }
        switch (words.first, words.count) {
        case ("corpus", 2):
            try Corpora.write(to: words[1])
            let names = Corpora.all.map { "\"\($0.name)\"" }.joined(separator: ",")
            print("{\"corpora\":[\(names)]}")
        case ("run", 3):
            let run = try DecodingRun(
                sources: Corpora.sources(), corpus: Corpus(file: "\(words[1])/\(words[2]).tsv"),
                remembersShapes: !isCold, routesTopics: routes)
            print(try run.line(name: words[2], seconds: seconds))
        default: throw WrongUse()
        }
    }

    private static func take(_ word: String, from words: inout [String]) -> Bool {
        guard let place = words.firstIndex(of: word) else { return false }
        words.remove(at: place)
        return true
    }
}

/// The arguments are none of those that ``DecodingBenchmark`` names.
struct WrongUse: Error {}
