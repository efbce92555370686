import TriggerRules
import VehicleSignals

// Of a large fleet that speaks in turn nothing of the next vehicle is in the processor's cache, and
// a message would wait for memory half a dozen times in a row. So before some messages are applied
// their vehicles are looked up together: loads of different vehicles do not wait for each other.
extension VehicleShare {
    /// Messages looked ahead: enough to keep the memory busy, few enough that all of their lines
    /// (some ten of 64 bytes each) still lie in the second cache when they are applied.
    static let warmedAtOnce = 32

    /// Of several workers each warms what is its own by the number under which the message came:
    /// the rest would only push its vehicles out of the cache. A message that turns out to be
    /// another's is looked up cold.
    mutating func warm(_ routed: [RoutedMessage], from first: Int) {
        let isAlone = fixed.configuration.workers == 1
        let end = min(first + Self.warmedAtOnce, routed.count)
        var places = InlineArray<32, Int32>(repeating: -1)
        var sum: UInt64 = 0
        for index in first..<end {
            let key = routed[index].vehicle
            guard isAlone || isMine(key) else { continue }
            sum &+= registry.warm(key)
            if let place = vehicles.place(of: key) { places[index - first] = Int32(place) }
        }
        for index in 0..<(end - first) where places[index] >= 0 {
            sum &+= vehicles.slots[Int(places[index])].warm()
        }
        for index in 0..<(end - first) where places[index] >= 0 {
            sum &+= vehicles.slots[Int(places[index])].warmEvidence()
        }
        // Kept, so that the loads are not taken for useless.
        warmth &+= sum
    }
}
