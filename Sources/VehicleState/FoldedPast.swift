/// What became of a vehicle's days before the first open one: 88 bytes.
///
/// Both parts come into being with the first fold that finds a reading of the odometer. So they
/// stand together, and a vehicle younger than the allowed lateness carries one empty array for
/// them.
public struct FoldedPast: Sendable, Hashable {
    /// Folded readings of the odometer.
    var odometer = OdometerMachine()
    /// Days that ended and have not been taken yet.
    var finishedDays: [VehicleDay] = []
}
