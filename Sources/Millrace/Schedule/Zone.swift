public import Foundation

/// A time zone of the IANA database, read from the system's tzdata.
///
/// Foundation's `TimeZone` carries a database of its own, as old as the toolchain; schedules follow the one that the
/// system's administrator keeps up to date, and name it when it is missing. `UTC` needs no database.
public struct Zone: Sendable, CustomStringConvertible {
    /// The IANA identifier, such as `Asia/Shanghai`.
    public let identifier: String

    let timeline: ZoneTimeline

    /// Reads a zone from the system's database: the folder in `TZDIR`, or else `/usr/share/zoneinfo` and its kin.
    ///
    /// - Parameter identifier: exact, as the database spells it; links such as `US/Pacific` are zones too.
    /// - Throws: ``ZoneError`` with the closest known identifier when there is no such zone.
    public init(named identifier: String) throws(ZoneError) {
        if identifier == "UTC" {
            self = .utc
        } else {
            try self.init(named: identifier, in: .system)
        }
    }

    init(named identifier: String, in database: ZoneDatabase) throws(ZoneError) {
        timeline = try database.timeline(of: identifier)
        self.identifier = identifier
    }

    private init(identifier: String, timeline: ZoneTimeline) {
        self.identifier = identifier
        self.timeline = timeline
    }

    /// Coordinated universal time.
    public static let utc = Zone(identifier: "UTC", timeline: ZoneTimeline(fixedOffset: 0))

    /// All identifiers of the system's database in alphabetical order; empty when there is none.
    public static var knownIdentifiers: [String] { ZoneDatabase.system.identifiers }

    /// Seconds to add to UTC for the local time at `instant`; positive east of Greenwich.
    public func secondsFromUTC(at instant: Date) -> Int {
        Int(timeline.segment(at: ScheduleInstant.wholeSecond(atOrBefore: instant)).offset)
    }

    /// The instant in this zone's local time with its offset, such as `2026-03-29T03:00:00+02:00`.
    public func rfc3339(_ instant: Date) -> String {
        RFC3339.text(instant, secondsFromUTC: secondsFromUTC(at: instant))
    }

    /// The identifier.
    public var description: String { identifier }
}

extension Zone: Hashable {
    /// Zones are the same when their identifiers are.
    public static func == (left: Zone, right: Zone) -> Bool { left.identifier == right.identifier }

    /// Hashes the identifier.
    public func hash(into hasher: inout Hasher) { hasher.combine(identifier) }
}

extension Zone: Codable {
    /// Reads an identifier and looks the zone up.
    ///
    /// - Throws: ``ZoneError`` when there is no such zone.
    public init(from decoder: any Decoder) throws {
        try self.init(named: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the identifier.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(identifier)
    }
}

/// Reads a zone from the system's database; the same as ``Zone/init(named:)``.
///
/// - Throws: ``ZoneError`` with the closest known identifier when there is no such zone.
public func zone(named identifier: String) throws(ZoneError) -> Zone {
    try Zone(named: identifier)
}
