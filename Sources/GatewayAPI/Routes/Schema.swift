import Customers

/// Short words for JSON Schema (2020-12), as OpenAPI 3.1 uses it.
enum Schema {
    static func text(_ words: String, _ dataClass: DataClass? = nil, longest: Int? = nil)
        -> JSONValue
    {
        var members = [JSONMember("type", "string"), JSONMember("description", .string(words))]
        if let longest { members.append(JSONMember("maxLength", .integer(Int64(longest)))) }
        return tagged(members, dataClass)
    }

    static func time(_ words: String, _ dataClass: DataClass? = nil) -> JSONValue {
        tagged(
            [
                JSONMember("type", "string"), JSONMember("format", "date-time"),
                JSONMember("description", .string(words)),
            ], dataClass)
    }

    static func integer(_ words: String, _ dataClass: DataClass? = nil, least: Int64? = nil)
        -> JSONValue
    {
        var members = [JSONMember("type", "integer"), JSONMember("description", .string(words))]
        if let least { members.append(JSONMember("minimum", .integer(least))) }
        return tagged(members, dataClass)
    }

    static func number(_ words: String) -> JSONValue {
        ["type": "number", "description": .string(words)]
    }

    static func flag(_ words: String) -> JSONValue {
        ["type": "boolean", "description": .string(words)]
    }

    static func choice(
        _ values: some Sequence<String>, _ words: String, _ dataClass: DataClass? = nil
    )
        -> JSONValue
    {
        tagged(
            [
                JSONMember("type", "string"), JSONMember("enum", .texts(values)),
                JSONMember("description", .string(words)),
            ], dataClass)
    }

    static func list(of items: JSONValue, _ words: String) -> JSONValue {
        ["type": "array", "items": items, "description": .string(words)]
    }

    static func named(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    /// A map from words to whole numbers.
    static func counts(_ words: String) -> JSONValue {
        [
            "type": "object", "description": .string(words),
            "additionalProperties": ["type": "integer", "minimum": 0],
        ]
    }

    /// `schema`, or null.
    static func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        guard schema["$ref"] == nil, let type = schema["type"] else {
            return ["oneOf": [schema, ["type": "null"]]]
        }
        return .object(
            members.map { member in
                switch member.name {
                case "type": JSONMember("type", [type, "null"])
                case "enum": JSONMember("enum", .array((member.value.elements ?? []) + [.null]))
                default: member
                }
            })
    }

    /// An object with exactly these members; all are required but those in `optional`.
    static func object(
        _ words: String, optional: Set<String> = [], _ properties: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        [
            "type": "object",
            "description": .string(words),
            "properties": .object(properties.map { JSONMember($0.key, $0.value) }),
            "required": .texts(properties.map(\.key).filter { !optional.contains($0) }),
            "additionalProperties": false,
        ]
    }

    private static func tagged(_ members: [JSONMember], _ dataClass: DataClass?) -> JSONValue {
        guard let dataClass else { return .object(members) }
        return .object(members + [JSONMember("x-data-class", .string(dataClass.rawValue))])
    }
}
