public import VehicleSignals

extension TimeSpan {
    /// The wait that a `Retry-After` header asks for: whole seconds, or a date of the fixed form of
    /// RFC 9110 (`Sun, 06 Nov 1994 08:49:37 GMT`), which counts from `now`. A date in the past is a
    /// wait of 0. `nil` for anything else: then the schedule alone decides.
    public init?(retryAfter text: String, now: Timestamp) {
        let trimmed = text.trimmed
        if !trimmed.isEmpty, trimmed.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            // More digits than a year of seconds has says "very long" all the same.
            guard trimmed.utf8.count <= 9, let seconds = Int64(trimmed) else {
                self = .days(365)
                return
            }
            self = .seconds(seconds)
            return
        }
        guard let date = Timestamp(httpDate: trimmed) else { return nil }
        self = max(date.since(now), TimeSpan(milliseconds: 0))
    }
}

extension Timestamp {
    /// Reads a date of HTTP's fixed form; the two obsolete forms are not read.
    init?(httpDate text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        guard fields.count == 6, fields[0].count == 4, fields[0].hasSuffix(","),
            fields[5] == "GMT", fields[1].utf8.count == 2, fields[3].utf8.count == 4,
            let month = months.firstIndex(of: String(fields[2]))
        else { return nil }
        let date = "\(fields[3])-\(month < 9 ? "0" : "")\(month + 1)-\(fields[1])"
        self.init(rfc3339: "\(date)T\(fields[4])Z")
    }
}

extension String {
    /// Without the blanks and tabs at both ends.
    var trimmed: String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !blank($0) }),
            let last = lastIndex(where: { !blank($0) })
        else { return "" }
        return String(self[first...last])
    }
}
