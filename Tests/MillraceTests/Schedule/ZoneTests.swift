import Foundation
import Testing

@testable import Millrace

@Suite("Zones")
struct ZoneTests {
    @Test(
        "a name that is no IANA zone is refused with what was meant",
        arguments: [
            ("Asia/Shangai", "did you mean \"Asia/Shanghai\"?"),
            ("asia/shanghai", "did you mean \"Asia/Shanghai\"?"),
            ("Shanghai", "did you mean \"Asia/Shanghai\"?"),
            ("America/Shanghai", "did you mean \"Asia/Shanghai\"?"),
            ("New York", "did you mean \"America/New_York\"?"),
            ("Europe/Pariss", "did you mean \"Europe/Paris\"?"),
            ("utc", "did you mean \"UTC\"?"),
            ("UTC+8", "did you mean \"Etc/GMT-8\"?"),
            ("Europe", "add a city to the area"),
            ("PST", "write an area and a city"),
            ("", "write an area and a city"),
            ("../../etc/passwd", "write an area and a city"),
            ("localtime", "write an area and a city"),
            ("Factory", "write an area and a city"),
            ("right/Europe/Paris", "did you mean"),
        ])
    func unknown(name: String, advice: String) throws {
        let error = try #require(throws: ZoneError.self) { try Zone(named: name) }
        #expect(error.description.hasPrefix("\"\(name)\" is no IANA zone → "))
        #expect(error.description.contains(advice), "\(error)")
    }

    @Test("offsets agree with Foundation's own database for twenty years past, summer time of every kind included")
    func agreesWithFoundation() throws {
        let names = [
            "Australia/Lord_Howe", "Atlantic/Azores", "Africa/Casablanca", "Pacific/Apia", "America/New_York",
            "Asia/Shanghai", "Europe/Dublin", "America/Sao_Paulo", "Antarctica/Troll", "Asia/Kathmandu", "US/Pacific",
        ]
        for name in names {
            let zone = try Zone(named: name)
            let reference = try #require(TimeZone(identifier: name))
            for second in stride(from: 1_104_537_600.0, to: 1_735_689_600, by: 6 * 3600) {
                let instant = Date(timeIntervalSince1970: second)
                guard zone.secondsFromUTC(at: instant) != reference.secondsFromGMT(for: instant) else { continue }
                Issue.record("\(name) at \(zone.rfc3339(instant))")
                break
            }
        }
    }

    @Test("the footer's rule carries on after the last listed change")
    func farFuture() throws {
        let zone = try Zone(named: "America/New_York")
        #expect(zone.rfc3339(try RFC3339.date("2400-01-15T12:00:00Z")) == "2400-01-15T07:00:00-05:00")
        #expect(zone.rfc3339(try RFC3339.date("2400-07-15T12:00:00Z")) == "2400-07-15T08:00:00-04:00")
    }

    @Test(
        "POSIX rules of every form give their changes",
        arguments: [
            ("UTC0", "2024-07-01T00:00:00Z", 0, nil, nil),
            ("<+0545>-5:45", "2024-07-01T00:00:00Z", 20_700, nil, nil),
            ("EST5EDT,M3.2.0,M11.1.0", "2024-07-01T00:00:00Z", -14_400, "2024-03-10T07:00:00Z", "2024-11-03T06:00:00Z"),
            (
                "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-01-01T00:00:00Z", 39_600, "2023-09-30T15:30:00Z",
                "2024-04-06T15:00:00Z"
            ),
            (
                "IST-1GMT0,M10.5.0,M3.5.0/1", "2024-01-01T00:00:00Z", 0, "2023-10-29T01:00:00Z",
                "2024-03-31T01:00:00Z"
            ),
            (
                "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-07-01T00:00:00Z", -3600, "2024-03-31T01:00:00Z",
                "2024-10-27T01:00:00Z"
            ),
            ("AAA0BBB,J60/0,J300/0", "2024-07-01T00:00:00Z", 3600, "2024-03-01T00:00:00Z", "2024-10-26T23:00:00Z"),
            ("AAA0BBB,59/0,300/0", "2024-07-01T00:00:00Z", 3600, "2024-02-29T00:00:00Z", "2024-10-26T23:00:00Z"),
            ("EST5EDT,0/0,J365/25", "2024-01-01T05:00:00Z", -14_400, nil, nil),
        ] as [(String, String, Int64, String?, String?)])
    func rules(text: String, instant: String, offset: Int64, start: String?, end: String?) throws {
        let rule = try #require(ZoneRule(posix: text))
        let second = ScheduleInstant.wholeSecond(atOrBefore: try RFC3339.date(instant))
        let segment = rule.segment(at: second, from: .min, offsetBefore: nil)
        #expect(segment.offset == offset)
        func seconds(_ text: String?, otherwise: Int64) throws -> Int64 {
            try text.map { ScheduleInstant.wholeSecond(atOrBefore: try RFC3339.date($0)) } ?? otherwise
        }
        #expect(try segment.start == seconds(start, otherwise: .min))
        #expect(try segment.end == seconds(end, otherwise: .max))
    }

    @Test(
        "what is no POSIX rule is refused",
        arguments: [
            "", "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "<EST5", "EST5EDT,M3.2.0,M11.1.0x",
        ])
    func badRules(text: String) {
        #expect(ZoneRule(posix: text) == nil)
    }

    @Test("damaged files are refused and never crash the reader")
    func damagedFiles() throws {
        let folder = try #require(ZoneDatabase.system.folders.first { FileManager.default.fileExists(atPath: $0) })
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/America/New_York")))
        #expect(throws: ZoneFile.Failure.self) { try ZoneFile(bytes: []) }
        #expect(throws: ZoneFile.Failure.self) { try ZoneFile(bytes: Array("no zone at all".utf8)) }
        for length in stride(from: 0, to: bytes.count - 1, by: 7) {
            #expect(throws: ZoneFile.Failure.self) { try ZoneFile(bytes: Array(bytes.prefix(length))) }
        }
        for position in 0..<44 {
            var damaged = bytes
            damaged[position] = 0xFF
            _ = Result { try ZoneFile(bytes: damaged) }
        }
    }

    @Test("a machine without a database is told to install tzdata, and still knows UTC")
    func noDatabase() throws {
        let nowhere = ZoneDatabase(folders: ["/nowhere/zoneinfo"])
        let error = try #require(throws: ZoneError.self) { try Zone(named: "Europe/Paris", in: nowhere) }
        #expect(error.description.contains("→ install the package tzdata"))
        #expect(try Zone(named: "UTC").secondsFromUTC(at: .now) == 0)
    }

    @Test("the known identifiers are those that can be read, and no other file of the database")
    func identifiers() throws {
        let known = Zone.knownIdentifiers
        #expect(known.count > 300)
        #expect(known.contains("America/Argentina/Buenos_Aires"))
        for identifier in known { _ = try Zone(named: identifier) }
    }

    @Test("a zone is coded as its identifier")
    func coding() throws {
        let zone = try zone(named: "Asia/Shanghai")
        let data = try JSONEncoder().encode([zone])
        #expect(try JSONDecoder().decode([String].self, from: data) == ["Asia/Shanghai"])
        #expect(try JSONDecoder().decode([Zone].self, from: data) == [zone])
        #expect(throws: ZoneError.self) { try JSONDecoder().decode([Zone].self, from: Data(#"["Mars/Base"]"#.utf8)) }
    }
}
