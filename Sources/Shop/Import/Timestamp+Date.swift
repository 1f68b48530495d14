public import Foundation

extension Timestamp {
    private static let secondsFrom1970: Double = 946_684_800

    /// A Foundation date, rounded to the microsecond.
    public init(_ date: Date) {
        self.init(microseconds: Int64(((date.timeIntervalSince1970 - Self.secondsFrom1970) * 1_000_000).rounded()))
    }

    /// The moment as a Foundation date.
    public var date: Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000 + Self.secondsFrom1970)
    }
}
