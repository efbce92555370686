import VehicleSignals

// Texts that mean something by themselves: a value, or that there is none.

extension CompiledSources {
    /// What a text means to a rule that has words, or ``NameTable/missing``.
    @inline(always)
    func meaning(
        of rule: ValueRule, _ bytes: RawSpan, from start: Int, count: Int
    ) -> Int32 {
        let word = names.value(scope: rule.wordScope, of: bytes, from: start, count: count)
        let beginning = Int(rule.beginning)
        guard word == NameTable.missing, beginning > 0, count > beginning else { return word }
        let found = names.value(scope: rule.wordScope, of: bytes, from: start, count: beginning)
        return found == WordValue.absentBeginning ? found : NameTable.missing
    }

    /// The same of a JSON string, whose escapes are resolved first.
    @inline(always)
    func meaning(
        of rule: ValueRule, _ bytes: RawSpan, _ text: JSONText
    ) throws(DecodeError) -> Int32 {
        if !text.hasEscapes {
            return meaning(of: rule, bytes, from: text.start, count: text.count)
        }
        let word = try names.value(scope: rule.wordScope, of: bytes, text)
        guard word == NameTable.missing, rule.beginning > 0,
            var resolved = try ResolvedText(bytes, text), resolved.count > Int(rule.beginning)
        else { return word }
        resolved.count = Int(rule.beginning)
        let found = resolved.value(in: names, scope: rule.wordScope)
        return found == WordValue.absentBeginning ? found : NameTable.missing
    }
}
