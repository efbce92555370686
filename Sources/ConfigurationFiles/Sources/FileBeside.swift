import Foundation

/// Files that a configuration file names, by their path from its folder.
enum FileBeside {
    /// `nil` where there is no such file, or none that can be read.
    static func read(_ path: String, beside file: String) -> [UInt8]? {
        let folder = URL(filePath: file).deletingLastPathComponent()
        let url = URL(filePath: path, relativeTo: folder)
        return (try? Data(contentsOf: url)).map { Array($0) }
    }
}
