// Names that two rooms use for their own view of one thing. The customer store's get a prefix
// here, so that the adapters can speak of both.

package import CustomerStore

typealias StoreDeliveryDecision = DeliveryDecision
typealias StoreEventKind = LeadEventKind
typealias StoreContactAnswer = ContactAnswer
typealias StoreStatusAnswer = StatusAnswer
package typealias StoreRegistrySnapshot = RegistrySnapshot
typealias StoreOperatorCounts = OperatorCounts
package typealias StoreCustomers = CustomerStore
