internal import Glibc

/// What is wrong with a configuration; found before anything is opened.
public enum MQTTConfigurationMistake: Error, Equatable, Sendable {
    case emptyHost
    case portOutOfRange(Int)
    case clientIdentifierLength(bytes: Int)
    case keepAliveOutOfRange(Int)
    case receiveMaximumOutOfRange(Int)
    case invalidFilter(String)
    case invalidSharedGroup(String)
    case emptyRound
    case reconnectDelaysReversed
    case unreadableFile(String)
    case keyWithoutCertificate
    case certificateWithoutKey
    case insecureNotPermitted
    case passwordWithoutUsername
    /// The system gave no memory or descriptor.
    case system(String)

    /// What is wrong and what to do about it, for the operator.
    public var sentence: String {
        switch self {
        case .emptyHost: "The broker's host is empty: give its name or address."
        case .portOutOfRange(let port): "Port \(port) does not exist: give one of 1–65535."
        case .clientIdentifierLength(let bytes):
            "The client identifier has \(bytes) bytes: a kept session needs one of 1–65535."
        case .keepAliveOutOfRange(let seconds):
            "A keep-alive of \(seconds) s is not possible: give 0 (off) or 5–65535."
        case .receiveMaximumOutOfRange(let count):
            "A receive maximum of \(count) is not possible: give 1–65535."
        case .invalidFilter(let filter):
            "\"\(filter)\" is no topic filter: + and # stand alone in a level, # comes last."
        case .invalidSharedGroup(let group):
            "\"\(group)\" cannot name a shared group: leave out /, + and #."
        case .emptyRound: "A round needs room for at least one message and one byte."
        case .reconnectDelaysReversed:
            "The shortest reconnect delay must be above 0 and not exceed the longest."
        case .unreadableFile(let path): "\(path) cannot be read: check path and permissions."
        case .keyWithoutCertificate: "A private key needs its certificate: give both files."
        case .certificateWithoutKey: "A certificate needs its private key: give both files."
        case .insecureNotPermitted:
            "Skipping the check of the broker's name is refused: use a certificate made out to "
                + "the host, or permit it by its own setting on a test system."
        case .passwordWithoutUsername: "A password needs a user name."
        case .system(let detail): "The system refused: \(detail)."
        }
    }
}

extension MQTTConnectionConfiguration {
    /// Checks every field, files included; the first mistake found is thrown.
    public func validate() throws(MQTTConfigurationMistake) {
        if host.isEmpty { throw .emptyHost }
        if !(1...65_535).contains(port) { throw .portOutOfRange(port) }
        let length = clientIdentifier.utf8.count
        if !(1...65_535).contains(length) { throw .clientIdentifierLength(bytes: length) }
        if keepAliveSeconds != 0, !(5...65_535).contains(keepAliveSeconds) {
            throw .keepAliveOutOfRange(keepAliveSeconds)
        }
        if !(1...65_535).contains(receiveMaximum) {
            throw .receiveMaximumOutOfRange(receiveMaximum)
        }
        if roundMessagesMax < 1 || roundBytesMax < 1 { throw .emptyRound }
        if reconnectDelayMin <= .zero || reconnectDelayMin > reconnectDelayMax {
            throw .reconnectDelaysReversed
        }
        if password != nil, username == nil { throw .passwordWithoutUsername }
        for subscription in subscriptions {
            if !TopicFilter.isValid(subscription.filter) {
                throw .invalidFilter(subscription.filter)
            }
            if let group = subscription.sharedGroup, !TopicFilter.isValidGroup(group) {
                throw .invalidSharedGroup(group)
            }
        }
        try tls?.validate()
    }
}

extension MQTTConnectionConfiguration.TLS {
    fileprivate func validate() throws(MQTTConfigurationMistake) {
        if insecure, !permitsInsecure { throw .insecureNotPermitted }
        if certificateFile == nil, privateKeyFile != nil { throw .keyWithoutCertificate }
        if certificateFile != nil, privateKeyFile == nil { throw .certificateWithoutKey }
        for path in [authorityFile, authorityFolder, certificateFile, privateKeyFile] {
            guard let path else { continue }
            if unsafe access(path, R_OK) != 0 { throw .unreadableFile(path) }
        }
    }
}
