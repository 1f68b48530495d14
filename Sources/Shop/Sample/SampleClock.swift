import Foundation

/// Local days of the sample shop: where a customer's midnight lies, for each zone and day.
struct SampleClock: Sendable {
    private static let secondsPerDay = 86_400

    private let end: Timestamp
    /// For each zone the UTC offset in seconds, by days before the end.
    private let offsets: [String: [Int]]

    /// - Parameters:
    ///   - end: the moment at which the shop's data ends.
    ///   - days: how many days back times are asked for.
    init(end: Timestamp, days: Int) {
        self.end = end
        let zones = Set((SampleNames.englishPlaces + SampleNames.chinesePlaces).map(\.timeZone))
        offsets = Dictionary(
            uniqueKeysWithValues: zones.map { zone in
                // A system without zone data has only UTC; the planted hours then are UTC hours.
                let timeZone = TimeZone(identifier: zone) ?? .gmt
                return (
                    zone,
                    (0...days + 1).map { day in
                        timeZone.secondsFromGMT(for: end.advanced(bySeconds: -day * Self.secondsPerDay).date)
                    }
                )
            })
    }

    /// A local time of day, so many days before the customer's current day; `daysBack` of 1 is yesterday.
    func moment(daysBack: Int, secondOfDay: Int, zone: String) -> Timestamp {
        let offset = offset(zone, daysBack)
        let local = end.microseconds / 1_000_000 + Int64(offset)
        let midnight = local - Self.modulo(local, Int64(Self.secondsPerDay))
        let second = midnight - Int64(daysBack * Self.secondsPerDay) + Int64(secondOfDay) - Int64(offset)
        return Timestamp(microseconds: second * 1_000_000)
    }

    /// Whether that local day is a Saturday or a Sunday. 2000-01-01 was a Saturday.
    func isWeekend(daysBack: Int, zone: String) -> Bool {
        let local = end.microseconds / 1_000_000 + Int64(offset(zone, daysBack))
        let day = (local - Self.modulo(local, Int64(Self.secondsPerDay))) / Int64(Self.secondsPerDay) - Int64(daysBack)
        return Self.modulo(day, 7) < 2
    }

    private func offset(_ zone: String, _ daysBack: Int) -> Int {
        guard let days = offsets[zone] else { return 0 }
        return days[min(max(0, daysBack), days.count - 1)]
    }

    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
