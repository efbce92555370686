import GatewayAPI

/// As much of JSON Schema as the gateway's own document uses.
struct SchemaCheck {
    let document: JSONValue

    /// What is wrong with `value` under `schema`; empty if nothing is.
    func faults(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
        if let reference = schema["$ref"]?.string {
            let name = reference.split(separator: "/").last.map { String($0) } ?? ""
            guard let target = document["components"]?["schemas"]?[name] else {
                return ["\(path): no schema \(name)"]
            }
            return faults(value, target, at: path)
        }
        var faults: [String] = []
        if let choices = schema["oneOf"]?.elements {
            let fitting = choices.filter { self.faults(value, $0, at: path).isEmpty }
            if fitting.count != 1 { faults.append("\(path): fits \(fitting.count) of oneOf") }
        }
        if let type = schema["type"] {
            let types = type.elements ?? [type]
            if !types.contains(where: { Self.fits(value, $0.string ?? "") }) {
                return faults + ["\(path): \(value) is no \(type)"]
            }
        }
        if let allowed = schema["enum"]?.elements, !allowed.contains(value) {
            faults.append("\(path): \(value) is not in the list")
        }
        if let text = value.string, let longest = schema["maxLength"]?.integer, text.count > longest
        {
            faults.append("\(path): too long")
        }
        if let number = value.integer, let least = schema["minimum"]?.integer, number < least {
            faults.append("\(path): too small")
        }
        if let items = schema["items"] {
            for (place, element) in (value.elements ?? []).enumerated() {
                faults += self.faults(element, items, at: "\(path)[\(place)]")
            }
        }
        return faults + memberFaults(value, schema, at: path)
    }

    private func memberFaults(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String]
    {
        guard let members = value.members else { return [] }
        var faults: [String] = []
        for name in schema["required"]?.elements ?? [] where value[name.string ?? ""] == nil {
            faults.append("\(path): \(name) is missing")
        }
        for member in members {
            if let known = schema["properties"]?[member.name] {
                faults += self.faults(member.value, known, at: "\(path).\(member.name)")
            } else if let rest = schema["additionalProperties"] {
                faults +=
                    rest == false
                    ? ["\(path): \(member.name) is not described"]
                    : self.faults(member.value, rest, at: "\(path).\(member.name)")
            }
        }
        return faults
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"),
            (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }
}
