import Foundation
import Shop

/// The weeks before Christmas: 1 November to 24 December, UTC.
enum GiftSeason {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    static func contains(_ moment: Timestamp) -> Bool {
        let date = calendar.dateComponents([.month, .day], from: moment.date)
        return date.month == 11 || (date.month == 12 && (date.day ?? 31) <= 24)
    }
}
