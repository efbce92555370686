import Customers

extension OpenAPIDocument {
    /// What the gateway sends to a dealer's own address. Delivering is another room's work; here
    /// stands what a receiver can rely on.
    static var webhooks: JSONValue {
        .object([
            JSONMember(
                "leadChanged",
                [
                    "post": [
                        "operationId": "receiveLead",
                        "summary": "A lead was opened, changed or withdrawn",
                        "description": """
                        A CloudEvent 1.0 in structured JSON, signed as Standard Webhooks say. It \
                        holds no person and no VIN. The permission is asked for at each attempt. \
                        Answer with any 2xx; with 410 the endpoint is switched off; anything else \
                        is tried again for three days. The same webhook-id may come more than once.
                        """,
                        "security": [],
                        "x-data-class": .texts(
                            [DataClass.triggers, .vehicleStatic, .technicalState].map(\.rawValue)),
                        "x-purpose": .string(Purpose.dealerShare.rawValue),
                        "parameters": [
                            header("webhook-id", "The event's id, the same at each attempt."),
                            header("webhook-timestamp", "Unix seconds of this attempt."),
                            header(
                                "webhook-signature",
                                "v1,BASE64 of HMAC-SHA256 over id.timestamp.body; more than one "
                                    + "while a secret is being changed."),
                        ],
                        "requestBody": [
                            "required": true,
                            "content": [
                                "application/cloudevents+json": [
                                    "schema": Schema.named("LeadEvent")
                                ]
                            ],
                        ],
                        "responses": [
                            "202": ["description": "Taken."],
                            "410": ["description": "Don't send here any more."],
                        ],
                    ]
                ])
        ])
    }

    private static func header(_ name: String, _ words: String) -> JSONValue {
        [
            "name": .string(name), "in": "header", "required": true,
            "description": .string(words), "schema": ["type": "string"],
        ]
    }
}
