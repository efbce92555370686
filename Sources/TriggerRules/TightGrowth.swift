extension Array {
    /// Inserts and lets the storage grow by few elements at a time: a million vehicles have a
    /// million of these arrays, and doubling would leave half of them empty.
    ///
    /// Stands in each room that needs it: a generic of another room is not specialised, and costs
    /// allocations then.
    mutating func insertTight(_ element: Element, at place: Int) {
        if count == capacity { reserveCapacity(count + 4) }
        insert(element, at: place)
    }
}
