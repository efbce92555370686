import Foundation

/// The repository as files on disk, found from where this file was compiled.
enum Repository {
    static let root: URL = {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder
    }()

    /// Folders of tools and of running programs: never part of the project.
    static let foreignFolders: Set<String> = [
        ".build", ".git", ".swiftpm", ".venv", "__pycache__", "node_modules",
    ]
    /// Files that a running gateway or a build leaves; git ignores them.
    static let foreignEndings = [".db", ".db-wal", ".db-shm"]
    static let foreignFiles: Set<String> = ["Package.resolved"]

    /// Every file of the project as a path from the root, sorted.
    static let paths: [String] = {
        var found: [String] = []
        let base = root.standardizedFileURL.path
        guard
            let walker = FileManager.default.enumerator(
                at: root, includingPropertiesForKeys: [.isDirectoryKey])
        else { return [] }
        for case let file as URL in walker {
            let path = String(file.standardizedFileURL.path.dropFirst(base.count + 1))
            let isFolder = (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory
            if isFolder == true {
                // `data` at the top is where the demo keeps its databases.
                if foreignFolders.contains(file.lastPathComponent) || path == "data" {
                    walker.skipDescendants()
                }
                continue
            }
            if foreignFiles.contains(file.lastPathComponent) { continue }
            if foreignEndings.contains(where: path.hasSuffix) { continue }
            found.append(path)
        }
        return found.sorted()
    }()

    static func bytes(_ path: String) -> Int {
        let values = try? root.appendingPathComponent(path).resourceValues(forKeys: [.fileSizeKey])
        return values?.fileSize ?? 0
    }

    /// The text of a file; `nil` if it is none.
    static func text(_ path: String) -> String? {
        try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Swift files below the given folders.
    static func swift(in folders: [String]) -> [SwiftFile] {
        paths.compactMap { path in
            guard path.hasSuffix(".swift"), folders.contains(where: { path.hasPrefix($0 + "/") }),
                let text = text(path)
            else { return nil }
            return SwiftFile(path: path, text: text)
        }
    }

    /// Everything that is shipped or run.
    static let product = swift(in: ["Sources", "simulators"])
    /// Everything that is Swift.
    static let everySwiftFile = swift(in: [
        "Sources", "simulators", "Tests", "Benchmarks", "Fuzzing",
    ])
}
