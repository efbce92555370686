// Names that two rooms use for their own view of one thing; see StoreNames.swift.

import StateStore

typealias StoredQuarantine = QuarantinedMessage
