package import ConfigurationFiles
package import MQTTLink

extension GatewayConfiguration.Broker {
    /// The link's settings for connection number `number`, from 1.
    ///
    /// - Parameter filters: what to subscribe to where the configuration names nothing.
    /// - Throws: where the last will's topic is none to publish on.
    package func connection(
        number: Int, filters: [String]
    ) throws(PublishError) -> MQTTConnectionConfiguration {
        var link = MQTTConnectionConfiguration(
            host: host, port: port,
            clientIdentifier: connections > 1 ? "\(clientID)-\(number)" : clientID)
        link.sessionExpirySeconds = UInt32(sessionExpiryHours * 3600)
        link.keepAliveSeconds = keepAliveSeconds
        link.username = username.isEmpty ? nil : username
        link.password = password.isEmpty ? nil : password
        if !tlsAuthorityFile.isEmpty || !tlsCertificateFile.isEmpty {
            var tls = MQTTConnectionConfiguration.TLS()
            if !tlsAuthorityFile.isEmpty, tlsAuthorityFile != Self.systemAuthorities {
                tls.authorityFile = tlsAuthorityFile
            }
            tls.certificateFile = tlsCertificateFile.isEmpty ? nil : tlsCertificateFile
            tls.privateKeyFile = tlsKeyFile.isEmpty ? nil : tlsKeyFile
            link.tls = tls
        }
        if !lastWill.topic.isEmpty {
            link.lastWill = try LastWill(
                topic: lastWill.topic, payload: Array(lastWill.payload.utf8),
                quality: DeliveryQuality(rawValue: UInt8(clamping: lastWill.qualityOfService))
                    ?? .atLeastOnce,
                isRetained: lastWill.isRetained,
                // The one topic of its own; that no vehicle speaks there was checked when the
                // configuration was read.
                allowance: TopicAllowance(below: [lastWill.topic]))
        }
        link.pauseBetweenRounds = .milliseconds(roundPauseMilliseconds)
        link.roundMessagesMax = roundMessagesMax
        link.roundBytesMax = roundBytesMax
        let wanted = subscriptions.isEmpty ? filters : subscriptions
        link.subscriptions = wanted.map { filter in
            MQTTSubscription(
                filter: filter, sharedGroup: share.isEmpty ? nil : share,
                quality: qualityOfService == 0 ? .atMostOnce : .atLeastOnce)
        }
        return link
    }
}

/// An error for people: of the link's settings, what is wrong and what to do about it.
func sentence(of error: any Error) -> String {
    (error as? MQTTConfigurationMistake)?.sentence ?? "\(error)"
}
