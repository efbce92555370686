// The state store's own view of a message in quarantine; the pipeline has one of that name too.

import StateStore

typealias StoredQuarantine = QuarantinedMessage
