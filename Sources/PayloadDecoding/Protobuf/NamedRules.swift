import VehicleSignals

/// The rules of a name that a message writes itself, such as a metric's.
struct NamedRules: BitwiseCopyable {
    var run: RuleRun
    /// In ``CompiledSources/nativeRules`` rather than in ``CompiledSources/documentRules``.
    var isNative: Bool

    func rule(at index: Int32, _ sources: CompiledSources) -> ValueRule {
        isNative ? sources.nativeRules[Int(index)] : sources.documentRules[Int(index)].rule
    }
}

extension CompiledSources {
    /// The rules of the name that fills `name`: the site's, which stand in `scope`, else the signal
    /// of that path. May write dots over the slashes of `name`.
    func rules(ofName name: inout [UInt8], _ scope: UInt32, edition: Int) -> NamedRules? {
        let edge = names.value(scope: scope, in: name, 0..<name.count)
        if edge >= 0 {
            let found = edges[Int(edge)]
            return NamedRules(
                run: RuleRun(start: found.ruleStart, count: found.ruleCount), isNative: false)
        }
        let paths = editionScopes[edition - VSSEditions.oldest]
        var rule = names.value(scope: paths, in: name, 0..<name.count)
        if rule < 0 {
            // Sparkplug's own custom is slashes.
            for place in 0..<name.count where name[place] == UInt8(ascii: "/") {
                name[place] = UInt8(ascii: ".")
            }
            rule = names.value(scope: paths, in: name, 0..<name.count)
        }
        return rule < 0 ? nil : NamedRules(run: RuleRun(start: rule, count: 1), isNative: true)
    }
}
