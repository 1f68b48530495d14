import Foundation
import Shop

/// Hours of the week where the customer lives.
struct LocalHours: Sendable {
    private var zones: [String: TimeZone] = [:]

    /// The hour of the week, 0 for Monday from 00:00 to 00:59.
    ///
    /// - Parameter zone: an IANA name; UTC where it is `nil` or no zone of this system.
    mutating func hourOfWeek(of moment: Timestamp, zone: String?) -> UInt8 {
        let local = moment.advanced(bySeconds: offset(ofZone: zone, at: moment)).microseconds
        // 2000-01-01 was a Saturday, so its week had begun 120 hours earlier.
        let hour = (local - modulo(local, 3_600_000_000)) / 3_600_000_000 + 120
        return UInt8(modulo(hour, 168))
    }

    private mutating func offset(ofZone name: String?, at moment: Timestamp) -> Int {
        guard let name else { return 0 }
        let zone = zones[name] ?? TimeZone(identifier: name) ?? .gmt
        zones[name] = zone
        return zone.secondsFromGMT(for: moment.date)
    }

    private func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
