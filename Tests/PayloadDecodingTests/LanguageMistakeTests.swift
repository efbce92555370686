import ConfigurationFiles
import PayloadDecoding
import Testing
import VehicleSignals

/// What is wrong in a mapping of objects, arrays, texts and dates is told with its line and what to
/// write instead.
@Suite struct `mistakes of the mapping language` {
    private static let head = """
        source: x
        version: "1"
        settings: {unit: km}
        readings:
          r: {value: v, unit: u}
        topics: [{topic: "c/{vehicle}", form: document, mapping: m}]
        mappings:
          m:
            fields:

        """

    private func mistakes(_ text: String) throws -> [ConfigurationMistake] {
        let catalogue = try Shipped.catalogue()
        do throws(ConfigurationMistakes) {
            _ = try SourceFile.load(text: text, file: "x.yaml", catalogue: catalogue)
            return []
        } catch { return error.all }
    }

    @Test(arguments: [
        ("path: 'a[x]', signal: Vehicle.Speed", "is no path"),
        ("path: 'a(b)', signal: Vehicle.Speed", "is no path"),
        ("path: 'a.', signal: Vehicle.Speed", "is no path"),
        ("path: 'a[]b', signal: Vehicle.Speed", "is no path"),
        ("path: a, signal: Vehicle.Speed, reading: q", "there is no reading q"),
        ("path: a, signal: Vehicle.Speed, when: {b: c}", "does not say where its value stands"),
        ("path: a, signal: Vehicle.Speed, unless: {b: c}", "does not say where its value stands"),
        ("path: a, signal: Vehicle.Speed, reading: r, when: {b: c, d: e}", "looks at one member"),
        ("path: a, signal: Vehicle.Speed, format: hax", "m.fields[0].format is \"hax\""),
        ("path: a, signal: Vehicle.Speed, bits: 8", "only hexadecimal numbers have a width"),
        ("path: a, signal: Vehicle.Speed, format: hex, bits: 65", "out of range"),
        ("path: a, signal: Vehicle.Speed, until: iso", "is no span of time"),
        ("path: a, signal: Vehicle.Service.TimeToService, until: tomorrow", "is \"tomorrow\""),
        ("path: a, signal: Vehicle.Speed, part: -1", "out of range"),
        ("path: a, signal: Vehicle.Speed, unit: '${unti}'", "no setting unti"),
        ("path: a, signals: all", "where the signal's path stands"),
        ("path: 'a.{signal}', signals: all, when: {b: '{signal}'}, reading: r", "{signal} once"),
        (
            "path: a, signal: Vehicle.Diagnostics.Ext.IsMILOn, format: hex",
            "cannot be written as hex"
        ),
        (
            "path: a, signal: Vehicle.Diagnostics.Ext.IsMILOn, format: quantity",
            "cannot be written as quantity"
        ),
        ("path: a, signal: Vehicle.Diagnostics.DTCList, part: 1", "does not fit"),
        ("path: 'a(json).b(json)', signal: Vehicle.Speed", "at most once"),
        ("path: '[].b', signal: Vehicle.Speed", "begins with a key"),
        ("path: a, signal: Vehicle.Speed, time: {path: 'b[]'}", "begins with a key"),
    ])
    func `of one field`(field: String, message: String) throws {
        let found = try mistakes(Self.head + "      - {\(field)}\n")
        let texts = found.map(\.description).joined(separator: "\n")
        #expect(texts.contains(message), "\(field): \(texts)")
        #expect(found.allSatisfy { !$0.remedy.isEmpty })
        // What only compiling finds is told at the source's head.
        #expect(found.contains { $0.line == 10 || $0.line == 1 }, "\(found)")
    }

    @Test func `a near miss is guessed`() throws {
        let found = try mistakes(
            Self.head + "      - {path: a, signal: Vehicle.Speed, unit: '${unti}', reading: rr}\n")
        let remedies = found.map(\.remedy).joined(separator: "\n")
        #expect(remedies.contains("did you mean unit?"))
        #expect(remedies.contains("did you mean r?"))
    }

    @Test(arguments: [
        ("{topic: \"a/{vehicle}\", form: text, mapping: m}", "no place for the field"),
        ("{topic: \"a/{vehicle}\", form: text, mapping: m, field: zz}", "no field zz"),
        ("{topic: \"a/b{car}\", form: ignore}", "beside other characters"),
        ("{topic: \"a/{field}{vehicle}\", form: ignore}", "beside other characters"),
    ])
    func `of a topic`(topic: String, message: String) throws {
        let found = try mistakes(
            """
            source: x
            version: "1"
            topics:
              - \(topic)
              - {topic: "b/{vehicle}/{field}", form: text, mapping: m}
            mappings:
              m: {fields: [{path: a, signal: Vehicle.Speed}]}
            """)
        #expect(found.contains { $0.line == 4 && $0.message.contains(message) }, "\(found)")
    }

    @Test func `bare text has neither members nor times`() throws {
        for field in [
            "path: a.b, signal: Vehicle.Speed", "path: a, signal: Vehicle.Speed, time: {path: t}",
            "path: a, signal: Vehicle.Diagnostics.Ext.IsMILOn, missing: false",
        ] {
            let found = try mistakes(
                Self.head.replacing("c/{vehicle}", with: "c/{vehicle}/{field}")
                    .replacing("form: document", with: "form: text") + "      - {\(field)}\n")
            #expect(found.contains { $0.message.contains("does not fit") }, "\(field): \(found)")
        }
    }

    @Test(arguments: [
        "a", "a.b", #"a\.b.c"#, "a[]", "a[].b[0].c[last]", "a(json).b[]", ".", #"a\[0\]"#, "a[][]",
    ])
    func `a path is written as it was read`(text: String) throws {
        let path = try #require([PathStep](path: text))
        #expect([PathStep](path: path.text) == path)
    }

    @Test func `settings stand wherever a word does, but not in comments`() throws {
        let text =
            Self.head.replacing("settings: {unit: km}", with: "settings: {unit: mi}")
            + "      # ${nothing}\n      - {path: a, signal: Vehicle.Speed, unit: mph}\n"
            + "      - {path: b, signal: Vehicle.TraveledDistance, unit: '${unit}'}\n"
        let source = try SourceFile.load(
            text: text, file: "x.yaml", catalogue: try Shipped.catalogue())
        guard case .document(let mapping) = source.topics[0].content else { return }
        #expect(mapping.fields[1].unit?.symbol == "mi")
    }
}
