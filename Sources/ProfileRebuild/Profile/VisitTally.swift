import Shop

/// One customer's visits: a visit ends after 30 minutes without an event.
struct VisitTally: Sendable {
    /// Microseconds without an event that end a visit.
    static let longestPause: Int64 = 30 * 60 * 1_000_000

    /// Visits so far.
    private(set) var count = 0
    private var began: Timestamp?
    private var last: Timestamp?
    private var microseconds: Int64 = 0

    /// Takes the next event, in the order of time.
    mutating func add(_ moment: Timestamp) {
        if let last, moment.microseconds - last.microseconds <= Self.longestPause {
            self.last = moment
            return
        }
        close()
        count += 1
        began = moment
        last = moment
    }

    /// Mean minutes from the first event of a visit to its last.
    var meanMinutes: Double {
        var ended = self
        ended.close()
        return ended.count == 0 ? 0 : Double(ended.microseconds) / 60_000_000 / Double(ended.count)
    }

    private mutating func close() {
        if let began, let last { microseconds += last.microseconds - began.microseconds }
        began = nil
        last = nil
    }
}
