import Testing
import TriggerDelivery
import VehicleSignals

struct WebhookSignatureTests {
    private let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let seconds: Int64 = 1_614_265_330

    @Test func `the published vector of Standard Webhooks is signed as published`() throws {
        let header = WebhookSignature.header(
            id: id, seconds: seconds, body: body, secrets: [try WebhookSecret(secretText)])
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `while a secret is exchanged both sign and either verifies`() throws {
        let old = try WebhookSecret(secretText)
        let new = try WebhookSecret(WebhookSecret.random())
        let header = WebhookSignature.header(
            id: id, seconds: seconds, body: body, secrets: [new, old])
        #expect(header.split(separator: " ").count == 2)
        let now = Timestamp(seconds: seconds)
        for secret in [old, new] {
            #expect(throws: Never.self) {
                try WebhookVerifier(secrets: [secret]).verify(
                    id: id, timestamp: String(seconds), signature: header, body: body, now: now)
            }
        }
    }

    @Test(
        arguments: [
            (0, nil), (300, nil), (-300, nil), (301, .timestampOutsideTolerance),
            (-301, .timestampOutsideTolerance),
        ] as [(Int64, WebhookVerifier.Rejection?)])
    func `a timestamp is believed five minutes either way`(
        offset: Int64, rejection: WebhookVerifier.Rejection?
    ) throws {
        let secret = try WebhookSecret(secretText)
        let header = WebhookSignature.header(
            id: id, seconds: seconds, body: body, secrets: [secret])
        let result = Result { () throws(WebhookVerifier.Rejection) in
            try WebhookVerifier(secrets: [secret]).verify(
                id: id, timestamp: String(seconds), signature: header, body: body,
                now: Timestamp(seconds: seconds + offset))
        }
        if let rejection {
            #expect(throws: rejection) { try result.get() }
        } else {
            #expect(throws: Never.self) { try result.get() }
        }
    }

    @Test func `whatever is changed on the way is noticed`() throws {
        let secret = try WebhookSecret(secretText)
        let header = WebhookSignature.header(
            id: id, seconds: seconds, body: body, secrets: [secret])
        let verifier = WebhookVerifier(secrets: [secret])
        let now = Timestamp(seconds: seconds)
        func rejection(
            id: String? = "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: String? = "1614265330",
            signature: String?, body: [UInt8]
        ) -> WebhookVerifier.Rejection? {
            do {
                try verifier.verify(
                    id: id, timestamp: timestamp, signature: signature, body: body, now: now)
                return nil
            } catch { return error }
        }
        #expect(rejection(signature: header, body: body) == nil)
        #expect(rejection(id: "msg_x", signature: header, body: body) == .signatureMismatch)
        #expect(
            rejection(timestamp: "1614265331", signature: header, body: body)
                == .signatureMismatch)
        for index in body.indices {
            var changed = body
            changed[index] ^= 1
            #expect(rejection(signature: header, body: changed) == .signatureMismatch)
        }
        #expect(rejection(signature: "", body: body) == .signatureMismatch)
        #expect(rejection(signature: "v1,AAAA v2,xx v1", body: body) == .signatureMismatch)
        #expect(rejection(signature: nil, body: body) == .headerMissing)
        #expect(rejection(id: nil, signature: header, body: body) == .headerMissing)
        #expect(rejection(timestamp: "soon", signature: header, body: body) == .timestampInvalid)
        #expect(rejection(timestamp: "-5", signature: header, body: body) == .timestampInvalid)
    }

    @Test(
        arguments: [
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .prefixMissing),
            ("whsec_***", .notBase64),
            ("whsec_", .wrongLength(0)),
            ("whsec_AAAA", .wrongLength(3)),
        ] as [(String, WebhookSecret.ParseError)])
    func `a secret that is none is refused with the reason`(
        text: String, error: WebhookSecret.ParseError
    ) {
        #expect(throws: error) { try WebhookSecret(text) }
    }

    @Test func `a secret never shows itself`() throws {
        let text = WebhookSecret.random()
        let secret = try WebhookSecret(text)
        #expect(!"\(secret)".contains(text.dropFirst(6)))
        let request = DeliveryRequest(url: "https://d.example/", secrets: [text], body: [])
        #expect(!"\(request)".contains(text.dropFirst(6)))
        #expect(WebhookSecret.random() != WebhookSecret.random())
    }
}
