extension Array {
    /// Inserts and lets the storage grow by no more than is needed: a million vehicles have a
    /// million of these arrays. A new vehicle pays with some more allocations, in its first days.
    ///
    /// Stands in each room that needs it: a generic of another room is not specialised, and costs
    /// allocations then.
    mutating func insertTight(_ element: Element, at place: Int) {
        if count == capacity { reserveCapacity(count + 1) }
        insert(element, at: place)
    }
}
