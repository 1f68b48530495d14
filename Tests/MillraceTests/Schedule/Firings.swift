import Foundation
import Millrace

/// The next firings of a cron expression as RFC 3339 texts in the zone's local time.
func firings(
    _ cron: String, in zone: String = "UTC", after start: String, count: Int, gap: GapRule = .shift,
    fold: FoldRule = .first
) throws -> [String] {
    let zone = try Zone(named: zone)
    let cadence = Cadence.cron(try CronExpression(cron), zone: zone, gap: gap, fold: fold)
    return cadence.instants(from: try RFC3339.date(start), count: count).map(zone.rfc3339)
}

/// The days on which a cron expression fires at midnight UTC, as `2024-01-31`.
func firingDays(_ cron: String, after start: String = "2023-12-31", count: Int) throws -> [String] {
    try firings(cron, after: start + "T23:59:59Z", count: count).map { String($0.prefix(10)) }
}
