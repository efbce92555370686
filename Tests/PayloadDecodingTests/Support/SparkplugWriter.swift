/// Sparkplug payloads for fixtures.
enum SparkplugWriter {
    enum Value {
        case int(UInt32)
        case long(UInt64)
        case float(Float)
        case double(Double)
        case boolean(Bool)
        case text(String)
        case none
    }

    struct Metric {
        var name: String?
        var alias: UInt64?
        var type: UInt32?
        var value: Value = .none
        var time: UInt64?
        var isNull = false
        var isTransient = false
        var isHistorical = false
    }

    /// 2026-02-03T07:11:00Z.
    static let time: UInt64 = 1_770_102_660_000

    static func payload(
        seq: UInt64?, time: UInt64? = time, _ metrics: [Metric]
    ) -> [UInt8] {
        WireWriter { payload in
            if let time { payload.varint(1, time) }
            for metric in metrics { payload.message(2) { write(metric, &$0) } }
            if let seq { payload.varint(3, seq) }
        }.bytes
    }

    private static func write(_ metric: Metric, _ out: inout WireWriter) {
        if let name = metric.name { out.text(1, name) }
        if let alias = metric.alias { out.varint(2, alias) }
        if let time = metric.time { out.varint(3, time) }
        if let type = metric.type { out.varint(4, UInt64(type)) }
        if metric.isHistorical { out.varint(5, 1) }
        if metric.isTransient { out.varint(6, 1) }
        if metric.isNull { out.varint(7, 1) }
        switch metric.value {
        case .int(let value): out.varint(10, UInt64(value))
        case .long(let value): out.varint(11, value)
        case .float(let value): out.float(12, value)
        case .double(let value): out.double(13, value)
        case .boolean(let value): out.varint(14, value ? 1 : 0)
        case .text(let value): out.text(15, value)
        case .none: break
        }
    }

    static func bdSeq(_ number: UInt64) -> Metric {
        Metric(name: "bdSeq", type: 8, value: .long(number))
    }
}
