// Names that two rooms use for their own view of one thing. The customer store's get a prefix
// here, so that the adapters can speak of both.

import CustomerStore

typealias StoreDeliveryDecision = DeliveryDecision
typealias StoreEventKind = LeadEventKind
typealias StoreContactAnswer = ContactAnswer
typealias StoreStatusAnswer = StatusAnswer
typealias StoreRegistrySnapshot = RegistrySnapshot
typealias StoreOperatorCounts = OperatorCounts
typealias StoreCustomers = CustomerStore
