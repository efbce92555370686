import Foundation

extension GatewayConfiguration {
    /// What names of environment variables begin with.
    public static let environmentPrefix = "TURNPIKE_"

    /// Reads `gateway.yaml`, with the environment before it.
    ///
    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its path, for messages; relative paths in it are taken from its folder.
    ///   - environment: `TURNPIKE_BROKER_PASSWORD` overrides `broker.password`.
    /// - Throws: every mistake found, with file, line and remedy.
    public static func read(
        text: String, file: String, environment: [String: String]
    ) throws(ConfigurationMistakes) -> GatewayConfiguration {
        let mistakes = MistakeList()
        var overrides = YAMLMapping.Overrides()
        var unused = environment.filter { $0.key.hasPrefix(environmentPrefix) }
        for path in knownPaths {
            let name = environmentPrefix + path.uppercased().replacing(".", with: "_")
            if let value = unused.removeValue(forKey: name) {
                overrides.byPath[path] = (name, value)
            }
        }
        for name in unused.keys.sorted() {
            mistakes.add(
                ConfigurationMistake(
                    file: "environment \(name)", line: 0, column: 0,
                    message: "no setting has that name",
                    remedy: "write TURNPIKE_ and the path in capitals, as TURNPIKE_BROKER_HOST"))
        }
        let root = YAMLMapping.root(
            of: text, file: file, mistakes: mistakes, overrides: overrides)
        let folder =
            file.contains("/")
            ? String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
            : "."
        var result = GatewayConfiguration(folder: folder)
        result.readTop(root, folder: folder)
        result.broker.read(root.mapping("broker"), folder: folder)
        result.ingest.read(root.mapping("ingest"))
        result.readStores(root)
        result.api.read(root.mapping("api"))
        result.delivery.read(root.mapping("delivery"), folder: folder)
        let log = root.mapping("log")
        result.logLevel = log.word(
            "level",
            of: ["trace", "debug", "info", "notice", "warning", "error", "critical"],
            default: result.logLevel)
        log.finish()
        root.finish()
        try mistakes.throwIfAny()
        return result
    }

    private mutating func readTop(_ root: YAMLMapping, folder: String) {
        func path(_ text: String) -> String { text.hasPrefix("/") ? text : folder + "/" + text }
        if let data = root.text("data") { dataFolder = path(data) }
        clock = root.word("clock", of: ["wall", "recorded"], default: clock)
        timeZone = root.string("time_zone", default: timeZone)
        if TimeZone(identifier: timeZone) == nil {
            root.report(
                "time_zone", "time_zone is \"\(timeZone)\", which this system does not know",
                remedy: "write an IANA name such as Europe/Amsterdam")
        }
        if let signals = root.text("signals") { signalsFile = path(signals) }
        if root.has("sources") { sourcePaths = root.strings("sources", default: []).map(path) }
        if root.has("rules") { rulePaths = root.strings("rules", default: []).map(path) }
    }

    private mutating func readStores(_ root: YAMLMapping) {
        let journal = root.mapping("journal")
        self.journal.retentionHours = journal.int(
            "retention_hours", in: 1...87_600, default: self.journal.retentionHours)
        journal.finish()
        let state = root.mapping("state")
        self.state.flushSeconds = state.int(
            "flush_seconds", in: 1...3600, default: self.state.flushSeconds)
        self.state.latenessDays = state.int(
            "lateness_days", in: 1...60, default: self.state.latenessDays)
        self.state.vehicleDaysYears = state.int(
            "vehicle_days_years", in: 1...100, default: self.state.vehicleDaysYears)
        self.state.quarantineMessagesMax = state.int(
            "quarantine_messages_max", in: 1...10_000_000,
            default: self.state.quarantineMessagesMax)
        self.state.quarantineDays = state.int(
            "quarantine_days", in: 0...3650, default: self.state.quarantineDays)
        state.finish()
    }

    /// Every key that may stand in the file, as a path; what the environment may override.
    public static let knownPaths = [
        "data", "clock", "time_zone", "signals", "sources", "rules", "broker.host", "broker.port",
        "broker.client_id", "broker.connections", "broker.share", "broker.qos", "broker.username",
        "broker.password", "broker.tls_ca", "broker.tls_certificate", "broker.tls_key",
        "broker.session_expiry_hours", "broker.keep_alive_seconds",
        "broker.round_pause_milliseconds", "broker.round_messages_max", "broker.round_bytes_max",
        "broker.subscriptions", "broker.last_will_topic", "broker.last_will_payload",
        "broker.last_will_qos", "broker.last_will_retain", "ingest.workers",
        "ingest.unlinked_names_max", "ingest.unlinked_days", "ingest.auto_enrol",
        "journal.retention_hours", "state.flush_seconds", "state.lateness_days",
        "state.vehicle_days_years", "state.quarantine_messages_max", "state.quarantine_days",
        "api.host", "api.port",
        "api.manufacturer", "api.metrics_without_key_on_loopback", "api.idempotency_days",
        "delivery.event_source", "delivery.event_type_prefix", "delivery.timeout_seconds",
        "delivery.allowed_private_targets", "delivery.retry_scale", "delivery.tls_ca",
        "delivery.events_days", "log.level",
    ]
}

extension GatewayConfiguration.Broker {
    fileprivate mutating func read(_ section: YAMLMapping, folder: String) {
        func path(_ text: String) -> String {
            text.isEmpty || text.hasPrefix("/") ? text : folder + "/" + text
        }
        host = section.string("host", default: host)
        port = section.int("port", in: 1...65_535, default: port)
        clientID = section.string("client_id", default: clientID)
        connections = section.int("connections", in: 1...64, default: connections)
        share = section.string("share", default: share)
        qualityOfService = section.int("qos", in: 0...2, default: qualityOfService)
        username = section.string("username", default: username)
        password = section.string("password", default: password)
        let authorities = section.string("tls_ca", default: tlsAuthorityFile)
        tlsAuthorityFile =
            authorities == Self.systemAuthorities ? authorities : path(authorities)
        tlsCertificateFile = path(section.string("tls_certificate", default: tlsCertificateFile))
        tlsKeyFile = path(section.string("tls_key", default: tlsKeyFile))
        sessionExpiryHours = section.int(
            "session_expiry_hours", in: 1...8760, default: sessionExpiryHours)
        keepAliveSeconds = section.int(
            "keep_alive_seconds", in: 5...3600, default: keepAliveSeconds)
        roundPauseMilliseconds = section.int(
            "round_pause_milliseconds", in: 0...1000, default: roundPauseMilliseconds)
        roundMessagesMax = section.int(
            "round_messages_max", in: 1...65_535, default: roundMessagesMax)
        roundBytesMax = section.int(
            "round_bytes_max", in: 65_536...268_435_456, default: roundBytesMax)
        subscriptions = section.strings("subscriptions", default: subscriptions)
        section.checkFilters("subscriptions", subscriptions)
        if share.utf8.count > 500 || share.contains(where: { "/+#\0".contains($0) }) {
            section.report(
                "share", "\"\(share)\" cannot name a shared group",
                remedy: "write a word without /, + and #")
        }
        lastWill.read(section)
        if connections > 1, share.isEmpty {
            section.report(
                "share",
                "\(connections) connections without a shared subscription would each "
                    + "receive every message",
                remedy: "name a group in broker.share, or set broker.connections to 1")
        }
        if tlsCertificateFile.isEmpty != tlsKeyFile.isEmpty {
            section.report(
                "tls_certificate", "a client certificate and its key belong together",
                remedy: "give both tls_certificate and tls_key, or neither")
        }
        section.finish()
    }
}

extension GatewayConfiguration.LastWill {
    fileprivate mutating func read(_ section: YAMLMapping) {
        topic = section.string("last_will_topic", default: topic)
        payload = section.string("last_will_payload", default: payload)
        qualityOfService = section.int("last_will_qos", in: 0...2, default: qualityOfService)
        isRetained = section.bool("last_will_retain", default: isRetained)
        if topic.contains(where: { $0 == "+" || $0 == "#" }) || topic.hasPrefix("$") {
            section.report(
                "last_will_topic", "broker.last_will_topic is \"\(topic)\", no topic to publish on",
                remedy: "write one topic without + and #, as turnpike/status")
        }
    }
}

extension GatewayConfiguration.Ingest {
    fileprivate mutating func read(_ section: YAMLMapping) {
        workers = section.int("workers", in: 1...64, default: workers)
        unlinkedNamesMax = section.int(
            "unlinked_names_max", in: 0...10_000_000, default: unlinkedNamesMax)
        unlinkedDays = section.int("unlinked_days", in: 1...365, default: unlinkedDays)
        autoEnrol = section.bool("auto_enrol", default: autoEnrol)
        section.finish()
    }
}

extension GatewayConfiguration.API {
    fileprivate mutating func read(_ section: YAMLMapping) {
        host = section.string("host", default: host)
        port = section.int("port", in: 0...65_535, default: port)
        manufacturer = section.string("manufacturer", default: manufacturer)
        metricsWithoutKeyOnLoopback = section.bool(
            "metrics_without_key_on_loopback", default: metricsWithoutKeyOnLoopback)
        idempotencyDays = section.int("idempotency_days", in: 7...3650, default: idempotencyDays)
        section.finish()
    }
}

extension GatewayConfiguration.Delivery {
    fileprivate mutating func read(_ section: YAMLMapping, folder: String) {
        let authority = section.string("tls_ca", default: tlsAuthorityFile)
        tlsAuthorityFile =
            authority.isEmpty || authority.hasPrefix("/") ? authority : folder + "/" + authority
        eventsDays = section.int("events_days", in: 7...3650, default: eventsDays)
        eventSource = section.string("event_source", default: eventSource)
        eventTypePrefix = section.string("event_type_prefix", default: eventTypePrefix)
        timeoutSeconds = section.int("timeout_seconds", in: 1...120, default: timeoutSeconds)
        allowedPrivateTargets = section.strings(
            "allowed_private_targets", default: allowedPrivateTargets)
        retryScale = section.double("retry_scale", in: 0.000_001...10, default: retryScale)
        section.finish()
    }
}
