/// Wakes those who look after held jobs when the first ones have come, so that an idle worker has nothing to wake up for.
struct Arrivals: Sendable {
    let forLease = Signal()
    let forGivingBack = Signal()
    let forReports = Signal()

    /// Cheap when it rings already.
    func ring() {
        forLease.ring()
        forGivingBack.ring()
        forReports.ring()
    }
}
