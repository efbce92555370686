extension Array {
    /// Inserts and lets the storage grow by what is needed: a million vehicles have a
    /// million of these arrays, and soon have all that they will ever hold.
    ///
    /// Stands in each room that needs it: a generic of another room is not specialised, and costs
    /// allocations then.
    mutating func insertTight(_ element: Element, at place: Int) {
        if count == capacity { reserveCapacity(count + 1) }
        insert(element, at: place)
    }
}
