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
        ("path: a, signal: Vehicle.Diagnostics.DTCList, part: 1", "codes has no parts"),
        ("path: a, signal: Vehicle.Speed, format: hex, part: 1", "digits has no parts"),
        (
            "path: a, signal: Vehicle.Service.TimeToService, until: iso, part: 1",
            "a date has no parts"
        ),
        ("path: 'a[]', signal: Vehicle.Speed, spellings: [b]", "at the end of a path has"),
        ("path: a.b, signal: Vehicle.Speed, spellings: ['']", "at the end of a path has"),
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

    @Test(arguments: [
        ("path: a.c, signal: Vehicle.TraveledDistance", 11),
        ("path: a.d, signal: Vehicle.TraveledDistance, spellings: [b]", 11),
        ("path: a.d, signal: Vehicle.TraveledDistance, spellings: [c]", 11),
        ("path: b.c, signal: Vehicle.TraveledDistance", nil),
        ("path: a.b, signal: Vehicle.TraveledDistance, spellings: [c]", nil),
    ])
    func `two fields that a spelling makes one`(other: String, line: Int?) throws {
        let found = try mistakes(
            Self.head + "      - {path: a.b, signal: Vehicle.Speed, spellings: [c]}\n"
                + "      - {\(other)}\n")
        #expect(found.map(\.line) == [line].compactMap { $0 }, "\(found)")
        #expect(found.allSatisfy { $0.message.hasSuffix("are one by their spellings") })
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
        let head = Self.head.replacing("c/{vehicle}", with: "c/{vehicle}/{field}")
            .replacing("form: document", with: "form: text")
        for (field, message) in [
            ("path: a.b, signal: Vehicle.Speed", "is one whole name"),
            ("path: a, signal: Vehicle.Speed, time: {path: t}", "time has no meaning"),
            ("path: a, signal: Vehicle.Speed, reading: r", "reading has no meaning"),
            (
                "path: a, signal: Vehicle.Diagnostics.Ext.IsMILOn, missing: false",
                "missing has no meaning"
            ),
        ] {
            let found = try mistakes(head + "      - {\(field)}\n")
            #expect(found.allSatisfy { $0.line == 10 && !$0.remedy.isEmpty }, "\(found)")
            #expect(found.contains { $0.message.contains(message) }, "\(field): \(found)")
        }
        // What a text may have.
        for field in [
            "format: hex", "part: 1", "until: iso, signal: Vehicle.Service.TimeToService",
        ] {
            let signal = field.contains("signal") ? "" : "signal: Vehicle.Speed, "
            #expect(try mistakes(head + "      - {path: a, \(signal)\(field)}\n").isEmpty)
        }
    }

    @Test(arguments: [
        ("text", "c/{vehicle}/{field}"), ("sparkplug", "spBv1.0/{+}/{+}/{vehicle}"),
        ("protobuf, message: fleetwise_vehicle_data", "c/{vehicle}"),
        ("protobuf, message: fleetwise_last_known_state", "c/{vehicle}"),
    ])
    func `what a mapping says for all its fields may have no meaning`(
        form: String, topic: String
    ) throws {
        let mapping = form.hasSuffix("data") ? "manifests: {s: m}" : "mapping: m"
        for (line, key) in [
            "vehicle: vin", "time: {path: t}", "below: [a]", "reading: r",
        ].map({ ($0, String($0.prefix { $0 != ":" })) }) {
            let text = """
                source: x
                version: "1"
                readings: {r: {value: v}}
                topics:
                  - {topic: "\(topic)", form: \(form), \(mapping)}
                mappings:
                  m:
                    fields: [{path: 1, signal: Vehicle.Speed}]
                    \(line)
                """
            let found = try mistakes(text)
            #expect(found.count == 1 && found[0].line == 9, "\(key): \(found)")
            #expect(found.first?.message.hasPrefix("\(key) has no meaning in ") == true)
            #expect(found.first?.remedy.hasPrefix("leave it out") == true)
        }
    }

    @Test(arguments: [
        ("text", "c/{vehicle}/{field}", "a path is the topic's field"),
        ("sparkplug", "spBv1.0/{+}/{+}/{vehicle}", "each field's path"),
    ])
    func `where paths begin is told in the words of the form, and may be written out`(
        form: String, topic: String, remedy: String
    ) throws {
        for (below, count) in [("'.'", 0), ("['.']", 0), ("[a, b]", 1), ("['.', b]", 1)] {
            let found = try mistakes(
                """
                source: x
                version: "1"
                topics:
                  - {topic: "\(topic)", form: \(form), mapping: m}
                mappings:
                  m:
                    fields: [{path: v, signal: Vehicle.Speed}]
                    below: \(below)
                """)
            #expect(found.count == count, "\(below): \(found)")
            #expect(found.allSatisfy { $0.line == 8 && $0.remedy.hasSuffix(remedy) }, "\(found)")
        }
    }

    @Test(arguments: [
        "missing: 0", "part: 1", "format: hex", "time: {path: t}", "reading: r",
        "until: iso",
    ])
    func `a metric comes typed, by its name`(key: String) throws {
        let head = Self.head.replacing("c/{vehicle}", with: "spBv1.0/{+}/{+}/{vehicle}")
            .replacing("form: document", with: "form: sparkplug")
        let field = "path: a, signal: Vehicle.Service.TimeToService, \(key)"
        let found = try mistakes(head + "      - {\(field)}\n")
        #expect(found.count == 1 && found[0].line == 10, "\(found)")
        #expect(found[0].message.hasSuffix(" has no meaning in form sparkplug"), "\(found)")
    }

    @Test(arguments: [
        "spBv1.0/{+}/{+}/{+}", "spBv1.0/{+}/{+}/{+}/{+}", "x/{+}/{+}/{vehicle}",
    ])
    func `no vehicle comes of a topic of Sparkplug's`(topic: String) throws {
        let text = """
            source: x
            version: "1"
            topics:
              - {topic: "\(topic)", form: sparkplug}
            """
        let found = try mistakes(text)
        #expect(found.count == 1 && found[0].line == 4, "\(found)")
        #expect(found.allSatisfy { $0.remedy.contains("/{vehicle}") }, "\(found)")
        // Births of a node are heard for its devices.
        let devices = #"  - {topic: "spBv1.0/{+}/{+}/{+}/{vehicle}", form: sparkplug}"#
        #expect(try mistakes(text + "\n" + devices).isEmpty == (topic == "spBv1.0/{+}/{+}/{+}"))
    }

    @Test func `a message of FleetWise's needs its vehicle in the topic`() throws {
        let found = try mistakes(
            """
            source: x
            version: "1"
            topics:
              - {topic: "c/d", form: protobuf, message: fleetwise_last_known_state}
            """)
        #expect(found.contains { $0.line == 4 && $0.message.contains("names no vehicle") })
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
