import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import VehicleSignals

/// Makes one attempt: checks the target, signs, posts, reads the status. Decides nothing.
struct WebhookSender: Sendable {
    let configuration: DeliveryConfiguration
    let resolver: any HostResolver
    let clients: EndpointClients

    /// Bytes of an answer that are read; what a receiver says beyond the status is of no use here.
    static let answerBytesMax = 8192

    /// - Parameters:
    ///   - now: Reads the wall clock: once for the signature, once for a `Retry-After` date.
    /// - Returns: `nil` if the task was cancelled; then nothing is known about the event.
    func send(
        _ request: DeliveryRequest, row: PendingDelivery, now: @escaping @Sendable () -> Timestamp
    ) async -> AttemptOutcome? {
        do {
            let url = try TargetURL(request.url)
            let secrets = try request.secrets.map { try WebhookSecret($0) }
            guard !secrets.isEmpty, LeadEventBuilder.isEventID(row.eventID) else {
                return .failed(
                    DeliveryFailure(
                        code: .secretInvalid, detail: "the endpoint has no secret to sign with"))
            }
            let limit = Duration.milliseconds(configuration.timeout.milliseconds)
            return try await within(limit) {
                let address = try await pinnedAddress(url, attempt: row.attempt)
                let loan = try await clients.borrow(
                    endpoint: row.endpointID, host: url.host, address: address)
                let answer: Result<AttemptOutcome, any Error>
                do {
                    answer = .success(
                        try await post(
                            request, to: url, id: row.eventID, secrets: secrets,
                            client: loan.client, now: now))
                } catch {
                    answer = .failure(error)
                }
                await clients.giveBack(loan)
                return try answer.get()
            }
        } catch {
            return Task.isCancelled ? nil : .failed(Self.failure(error))
        }
    }

    /// The checked address for this attempt. A name with several gives each retry another one.
    private func pinnedAddress(_ url: TargetURL, attempt: Int) async throws -> IPAddress {
        let found: [IPAddress] =
            if let literal = url.literal { [literal] } else {
                try await resolver.addresses(of: url.host)
            }
        let permitted = try configuration.targets.permitted(url, found: found)
        guard !permitted.isEmpty else { throw HostLookupError.failed("no address") }
        return permitted[max(attempt - 1, 0) % permitted.count]
    }

    private func post(
        _ request: DeliveryRequest, to url: TargetURL, id: String, secrets: [WebhookSecret],
        client: HTTPClient, now: @Sendable () -> Timestamp
    ) async throws -> AttemptOutcome {
        let seconds = now().milliseconds / 1000
        var call = HTTPClientRequest(url: url.text)
        call.method = .POST
        call.headers = [
            "content-type": WebhookHeader.cloudEventType,
            "user-agent": configuration.userAgent,
            WebhookHeader.id: id,
            WebhookHeader.timestamp: String(seconds),
            WebhookHeader.signature: WebhookSignature.header(
                id: id, seconds: seconds, body: request.body, secrets: secrets),
        ]
        call.body = .bytes(ByteBuffer(bytes: request.body))
        let response = try await client.execute(
            call, timeout: .milliseconds(configuration.timeout.milliseconds))
        let status = Int(response.status.code)
        let retryAfter = response.headers.first(name: "retry-after")
            .flatMap { TimeSpan(retryAfter: $0, now: now()) }
        await Self.skim(response.body)
        return .answered(status: status, retryAfter: retryAfter)
    }

    /// Reads a short answer to its end, so that the connection can be used again, and gives up on a
    /// long or broken one: the status has been said.
    private static func skim(_ body: HTTPClientResponse.Body) async {
        var read = 0
        do {
            for try await part in body {
                read += part.readableBytes
                if read > answerBytesMax { return }
            }
        } catch {
            return
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout,
    ]

    private static func failure(_ error: any Error) -> DeliveryFailure {
        switch error {
        case let refusal as TargetRefusal:
            DeliveryFailure(code: .targetRefused, detail: refusal.description)
        case is WebhookSecret.ParseError:
            DeliveryFailure(code: .secretInvalid, detail: "a secret cannot be read: \(error)")
        case HostLookupError.busy:
            DeliveryFailure(code: .busy, detail: HostLookupError.busy.description)
        case let lookup as HostLookupError:
            DeliveryFailure(code: .unresolved, detail: lookup.description)
        case is DeadlinePassed:
            DeliveryFailure(code: .timeout, detail: "no answer in time")
        case let error as HTTPClientError where timeouts.contains(error):
            DeliveryFailure(code: .timeout, detail: "no answer in time")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            DeliveryFailure(code: .tls, detail: "\(error)")
        default:
            DeliveryFailure(code: .connection, detail: "\(error)")
        }
    }
}
