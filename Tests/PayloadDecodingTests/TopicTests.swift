import PayloadDecoding
import Testing
import VehicleSignals

@Suite struct topics {
    private func sources(_ templates: [String]) throws -> CompiledSources {
        let catalogue = try SignalCatalogue([
            SignalDefinition(path: "Vehicle.Speed", datatype: .float)
        ])
        let definitions = try templates.enumerated().map { index, text in
            let template = try TopicTemplate(text)
            return SourceDefinition(
                name: "s\(index)", version: "1",
                topics: [TopicDefinition(template: template, content: .native)])
        }
        return try CompiledSources(definitions: definitions, catalogue: catalogue)
    }

    private func route(_ sources: CompiledSources, _ topic: String) -> String? {
        let decoder = MessageDecoder(sources)
        guard let route = decoder.route(topic) else { return nil }
        let bytes = Array(topic.utf8)
        func part(_ offset: UInt16, _ length: UInt16) -> String {
            String(decoding: bytes[Int(offset)..<Int(offset) + Int(length)], as: UTF8.self)
        }
        return sources.template(of: route)
            + " vehicle=" + part(route.vehicleOffset, route.vehicleLength)
            + " field=" + part(route.fieldOffset, route.fieldLength)
    }

    @Test func `a run of levels in front is matched from the right`() throws {
        let sources = try sources(["{prefix...}/{vehicle}/v/{field}"])
        #expect(
            route(sources, "test/topic/TEST123/v/Soc")
                == "{prefix...}/{vehicle}/v/{field} vehicle=TEST123 field=Soc")
        #expect(
            route(sources, "v/v/v/v/v") == "{prefix...}/{vehicle}/v/{field} vehicle=v field=v")
        #expect(route(sources, "TEST123/v/Soc") == nil, "a run has at least one level")
        #expect(route(sources, "a/TEST123/v/") == nil, "a field is never empty")
        #expect(route(sources, "a//v/Soc") == nil, "a vehicle's name is never empty")
    }

    @Test func `a run of levels may be the field`() throws {
        let sources = try sources(["ovms/{+}/{vehicle}/metric/{field...}"])
        #expect(
            route(sources, "ovms/u/CAR/metric/v/p/odometer")
                == "ovms/{+}/{vehicle}/metric/{field...} vehicle=CAR field=v/p/odometer")
    }

    @Test func `the most literal template holds, whatever the order of the files`() throws {
        let all = ["{vehicle}/{+}", "skoda/{vehicle}", "{prefix...}/x", "{vehicle}/maintenance"]
        for templates in [all, all.reversed()] {
            let sources = try sources(templates)
            #expect(route(sources, "skoda/x") == "skoda/{vehicle} vehicle=x field=")
            #expect(route(sources, "car/maintenance") == "{vehicle}/maintenance vehicle=car field=")
            #expect(route(sources, "car/other") == "{vehicle}/{+} vehicle=car field=")
            #expect(route(sources, "a/b/x") == "{prefix...}/x vehicle= field=")
        }
    }

    @Test func `what belongs to the broker matches no template that begins with a place`() throws {
        let sources = try sources(["{vehicle}/{+}", "$fleet/{vehicle}/x"])
        #expect(route(sources, "$SYS/uptime") == nil)
        #expect(route(sources, "$fleet/CAR/x") == "$fleet/{vehicle}/x vehicle=CAR field=")
    }

    @Test func `deep, empty and long topics have no route`() throws {
        let sources = try sources(["{vehicle}/{prefix...}"])
        #expect(route(sources, "") == nil)
        #expect(route(sources, Array(repeating: "a", count: 33).joined(separator: "/")) == nil)
        #expect(route(sources, Array(repeating: "a", count: 32).joined(separator: "/")) != nil)
        #expect(route(sources, String(repeating: "a", count: 129) + "/x") == nil)
        #expect(route(sources, String(repeating: "a", count: 128) + "/x") != nil)
        #expect(route(sources, "a/" + String(repeating: "b", count: 65_533)) != nil)
        #expect(route(sources, "a/" + String(repeating: "b", count: 65_534)) == nil)
    }

    @Test(arguments: [
        ("", 1), ("a/{vehicle", 3), ("{car}/x", 1),
        ("{vehicle}/{vehicle}", 11),
        ("{field}/{field...}", 9), ("{a...}/{b...}", 8), ("a/+/b", 3), ("a/#", 3), ("{...}", 1),
        ("a/{{vehicle}}", 3), ("a/}", 3),
    ])
    func `a wrong template says where`(text: String, column: Int) throws {
        let error = #expect(throws: TopicTemplate.Flaw.self) { try TopicTemplate(text) }
        #expect(error?.column == column)
        #expect(error?.sentence.isEmpty == false)
    }

    @Test func `two sources cannot claim the same topics`() {
        #expect(throws: MappingFlaw.self) { try sources(["a/{vehicle}", "a/{vehicle}"]) }
    }

    @Test func `a template's filter covers it, and filters that others cover fall away`() throws {
        #expect(try TopicTemplate("vss/{vehicle}/{+}").subscription == "vss/+/+")
        #expect(try TopicTemplate("ovms/{vehicle}/{field...}").subscription == "ovms/+/#")
        #expect(try TopicTemplate("{p...}/{vehicle}").subscription == nil)
        #expect(
            SubscriptionFilters.withoutCovered(["a/b", "a/+", "a/#", "b/+/c", "b/x/c", "+/z"])
                == ["a/#", "b/+/c", "+/z"])
        #expect(SubscriptionFilters.covers("a/#", "a"))
        #expect(!SubscriptionFilters.covers("a/+", "a/#"))
        #expect(!SubscriptionFilters.covers("a/+", "a"))
    }
}
