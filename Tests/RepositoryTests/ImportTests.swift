import Testing

@Suite struct `imports` {
    @Test func `go down the floors only`() {
        var findings: [String] = []
        for file in Repository.product {
            guard let target = Floors.target(of: file.path) else { continue }
            guard let floor = Floors.floorOf[target] else {
                findings.append("\(file.path): \(target) has no floor; enter it in Floors.swift")
                continue
            }
            for (module, line) in file.imports {
                guard let other = Floors.floorOf[module], module != target else { continue }
                let isSideways = other == floor && (floor == 3 || floor == 4)
                if other > floor || isSideways {
                    findings.append(
                        "\(file.path):\(line): \(target) (floor \(floor)) imports \(module) "
                            + "(floor \(other)); declare a protocol and let turnpike hand it over")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `keep clocks, files and sockets out of the pure rooms`() {
        var findings: [String] = []
        for file in Repository.product {
            guard let target = Floors.target(of: file.path), Floors.pure.contains(target) else {
                continue
            }
            for (module, line) in file.imports where Floors.impureModules.contains(module) {
                findings.append("\(file.path):\(line): \(target) must do without \(module)")
            }
            for (index, line) in file.codeLines.enumerated() {
                for word in ["ContinuousClock", "SuspendingClock", "Date()", "clock_gettime"]
                where line.contains(word) {
                    findings.append(
                        "\(file.path):\(index + 1): \(word): time is handed in as `now`")
                }
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `of libraries stay in the rooms that are meant for them`() {
        var findings: [String] = []
        for file in Repository.product {
            guard let target = Floors.target(of: file.path) else { continue }
            for (module, line) in file.imports {
                guard let rooms = Floors.reserved[module], !rooms.contains(target) else { continue }
                findings.append(
                    "\(file.path):\(line): \(module) belongs to \(rooms.sorted()) only")
            }
        }
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `name targets that the package declares`() throws {
        let package = try #require(Repository.text("Package.swift"))
        let declared = Set(DocumentTests.targets(package))
        let unknown = Floors.floorOf.keys.filter { !declared.contains($0) }.sorted()
        #expect(unknown.isEmpty, "in Floors.swift, but not in Package.swift")
    }
}
