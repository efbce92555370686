import HTTPTypes
import VehicleSignals

/// A request that passed the gate, as a handler sees it.
package struct Call: Sendable {
    /// `nil` only on routes that need no key.
    let caller: Caller?
    /// Path and query parameters, decoded; only those that the route declares.
    let values: [String: String]
    let headers: HTTPFields
    let body: [UInt8]
    let now: Timestamp

    /// Whom the key speaks for; on a route that needs a key there is always one.
    func requiredCaller() throws -> Caller {
        guard let caller else { throw Problem(.noKey, "The request carries no key.") }
        return caller
    }

    func required(_ name: String) throws -> String {
        guard let value = values[name], !value.isEmpty else {
            throw Problem(.badParameter, "The parameter \(name) is missing.")
        }
        return value
    }

    /// The parameter `name` as a whole number of `range`.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .badParameter,
                "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// Whether the caller holds the representation `eTag` already.
    func holds(_ eTag: String) -> Bool {
        headers[values: .ifNoneMatch].contains { list in
            list.split(separator: ",").contains { item in
                let tag = item.drop { $0 == " " }
                let bare = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
                return bare.filter { $0 != " " } == eTag || bare == "*"
            }
        }
    }
}
