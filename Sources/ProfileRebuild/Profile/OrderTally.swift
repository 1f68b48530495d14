import Shop

/// One customer's purchases, put together to orders.
///
/// An order is what has one order reference, or is of one UTC day where there is none. It takes place at its first line.
struct OrderTally: Sendable {
    private enum Key: Hashable { case reference(Int64), day(Int64) }
    private var firstLines: [Key: Timestamp] = [:]
    private var moneyByDay: [Int64: Double] = [:]
    private(set) var lines = 0
    private(set) var pieces = 0
    private(set) var spent = 0.0
    private(set) var lastLine: Timestamp?

    /// Takes the next purchase, in the order of time.
    mutating func add(_ purchase: CleanEvent) {
        let key = purchase.order.map(Key.reference) ?? .day(purchase.at.day)
        if firstLines[key] == nil { firstLines[key] = purchase.at }
        moneyByDay[purchase.at.day, default: 0] += purchase.amount
        lines += 1
        pieces += Int(purchase.quantity)
        spent += purchase.amount
        lastLine = purchase.at
    }

    /// When each order took place, ascending.
    var moments: [Timestamp] { firstLines.values.sorted() }

    /// Different UTC days with a purchase.
    var days: Int { moneyByDay.count }

    /// Mean money of the days with a purchase after the first one; `nil` without such a day.
    var repeatValue: Double? {
        let days = moneyByDay.sorted { $0.key < $1.key }.dropFirst()
        return days.isEmpty ? nil : days.reduce(0) { $0 + $1.value } / Double(days.count)
    }

    /// Mean and median days between consecutive orders; `nil` for fewer than two.
    static func gaps(between moments: [Timestamp]) -> (mean: Double, median: Double)? {
        let gaps = zip(moments, moments.dropFirst()).map { $1.days(since: $0) }.sorted()
        guard !gaps.isEmpty else { return nil }
        let middle = gaps.count / 2
        let median = gaps.count.isMultiple(of: 2) ? (gaps[middle - 1] + gaps[middle]) / 2 : gaps[middle]
        return (gaps.reduce(0, +) / Double(gaps.count), median)
    }
}
