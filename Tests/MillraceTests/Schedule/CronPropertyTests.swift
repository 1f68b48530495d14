import Foundation
import Millrace
import Testing

/// Compares `next` with a walk over every minute that asks of each one whether it matches.
@Suite("Cron against a minute walker")
struct CronPropertyTests {
    private static let zones = [
        "Australia/Lord_Howe", "Atlantic/Azores", "Africa/Casablanca", "Pacific/Apia", "America/New_York",
        "Asia/Shanghai", "Europe/Dublin", "America/Sao_Paulo", "Antarctica/Troll", "America/Havana",
    ]

    @Test("random expressions fire exactly in the minutes that match, in every zone and with every rule")
    func agreesWithWalker() throws {
        let seed =
            ProcessInfo.processInfo.environment["MILLRACE_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...99_999)
        print("CronPropertyTests seed \(seed); run again with MILLRACE_TEST_SEED=\(seed)")
        var random = Randomness(state: seed)
        var firings = 0
        for name in Self.zones {
            let zone = try Zone(named: name)
            let changes = try Self.changes(of: zone)
            for _ in 0..<4 {
                let middle = changes.randomElement(using: &random) ?? Int.random(in: 0...2_000_000_000, using: &random)
                let window = MinuteWindow(zone: zone, start: middle / 60 * 60 - 2 * 86_400, days: 4)
                let start = middle - Int.random(in: 0...86_400, using: &random)
                for _ in 0..<12 {
                    let model = CronModel.random(using: &random)
                    let expression = try CronExpression(model.text)
                    let matches = window.matches(of: model)
                    for gap in GapRule.allCases {
                        for fold in FoldRule.allCases {
                            let expected = matches.firings(gap: gap, fold: fold).filter { $0 > start }
                            let found = Cadence.cron(expression, zone: zone, gap: gap, fold: fold).slots(
                                after: Date(timeIntervalSince1970: Double(start)),
                                through: Date(timeIntervalSince1970: Double(window.lastMinute)), limit: 10_000)
                            firings += expected.count
                            let seconds = found.instants.map { Int($0.timeIntervalSince1970) }
                            #expect(
                                seconds == expected,
                                "seed \(seed): \(model.text) in \(name), \(gap), \(fold), after \(start)")
                            #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 < $1 })
                        }
                    }
                }
            }
        }
        #expect(firings > 1000, "the walk met too few firings to mean anything")
    }

    /// The moments between 2005 and 2045 at which the zone's offset changes, in seconds since 1970.
    private static func changes(of zone: Zone) throws -> [Int] {
        func offset(_ second: Int) -> Int { zone.secondsFromUTC(at: Date(timeIntervalSince1970: Double(second))) }
        return stride(from: 1_104_537_600, to: 2_366_841_600, by: 86_400 * 7).compactMap { second in
            guard offset(second) != offset(second + 86_400 * 7) else { return nil }
            var (low, high) = (second, second + 86_400 * 7)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == offset(low) { low = middle } else { high = middle }
            }
            return high
        }
    }
}

/// Every minute of a few days with its local time.
private struct MinuteWindow {
    private var minutes: [(second: Int, local: Int, isRepeated: Bool, missingBefore: Range<Int>)] = []

    var lastMinute: Int { minutes.last?.second ?? 0 }

    init(zone: Zone, start: Int, days: Int) {
        var seen: Set<Int> = []
        for second in stride(from: start, to: start + days * 86_400, by: 60) {
            let offset = zone.secondsFromUTC(at: Date(timeIntervalSince1970: Double(second)))
            let local = (second + offset) / 60
            let previous = minutes.last?.local ?? local - 1
            minutes.append(
                (second, local, !seen.insert(local).inserted, local > previous + 1 ? previous + 1..<local : 0..<0))
        }
    }

    /// Asks of every minute, and of every local minute that was left out, whether it matches.
    func matches(of model: CronModel) -> Matches {
        var days: [Int: Bool] = [:]
        func matches(_ local: Int) -> Bool {
            guard model.matches(minuteOfDay: local % 1440) else { return false }
            let day = days[local / 1440] ?? model.matches(day: local / 1440)
            days[local / 1440] = day
            return day
        }
        var found = Matches(isEveryHour: model.isEveryHour)
        for minute in minutes {
            let isMatch = matches(minute.local)
            let endsGap = minute.missingBefore.contains(where: matches)
            guard isMatch || endsGap else { continue }
            found.minutes.append((minute.second, isMatch, minute.isRepeated, endsGap))
        }
        return found
    }

    struct Matches {
        var isEveryHour: Bool
        var minutes: [(second: Int, isMatch: Bool, isRepeated: Bool, endsGap: Bool)] = []

        func firings(gap: GapRule, fold: FoldRule) -> [Int] {
            minutes.filter { minute in
                if isEveryHour { return minute.isMatch }
                if gap == .shift, minute.endsGap { return true }
                return minute.isMatch && (fold == .both || !minute.isRepeated)
            }.map(\.second)
        }
    }
}

/// A random expression: its text, and beside it what each part of the text means, one day at a time.
private struct CronModel {
    private struct Part {
        var text: String
        var matches: (Int) -> Bool
    }
    private struct DayPart {
        var text: String
        /// Day, length of the month, weekday of the day (0 is Sunday).
        var matches: (Int, Int, Int) -> Bool
    }
    private var minute: Part
    private var hour: Part
    private var hours: [Bool]
    private var month: Part
    private var dayOfMonth: DayPart
    private var dayOfWeek: DayPart

    var text: String { [minute.text, hour.text, dayOfMonth.text, month.text, dayOfWeek.text].joined(separator: " ") }
    var isEveryHour: Bool { hours == Array(repeating: true, count: 24) }

    func matches(minuteOfDay: Int) -> Bool {
        hours[minuteOfDay / 60] && minute.matches(minuteOfDay % 60)
    }

    /// Whether a day, counted from 1970-01-01, matches.
    func matches(day: Int) -> Bool {
        var year = 1970
        var day = day
        let weekday = (day + 4) % 7
        while day >= 365 + Self.leapDay(year) {
            day -= 365 + Self.leapDay(year)
            year += 1
        }
        let lengths = [31, 28 + Self.leapDay(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var index = 0
        while day >= lengths[index] {
            day -= lengths[index]
            index += 1
        }
        guard month.matches(index + 1) else { return false }
        let byDate = dayOfMonth.matches(day + 1, lengths[index], weekday)
        let byWeekday = dayOfWeek.matches(day + 1, lengths[index], weekday)
        let isAny = dayOfMonth.text.hasPrefix("*") || dayOfWeek.text.hasPrefix("*")
        return isAny ? byDate && byWeekday : byDate || byWeekday
    }

    private static func leapDay(_ year: Int) -> Int {
        year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 1 : 0
    }

    static func random(using random: inout Randomness) -> CronModel {
        let isNight = Bool.random(using: &random)
        let hour =
            isNight ? part(0...3, top: 23, star: 30, using: &random) : part(0...23, star: 20, using: &random)
        return CronModel(
            minute: part(0...59, star: 15, using: &random),
            hour: hour, hours: (0..<24).map(hour.matches),
            month: part(1...12, star: 80, using: &random),
            dayOfMonth: dayOfMonth(using: &random),
            dayOfWeek: dayOfWeek(using: &random))
    }

    /// `values` are those that are written; `top` is the end of the field.
    private static func part(
        _ values: ClosedRange<Int>, top: Int? = nil, star: Int, using random: inout Randomness
    ) -> Part {
        let top = top ?? values.upperBound
        let low = Int.random(in: values, using: &random)
        let high = Int.random(in: low...values.upperBound, using: &random)
        let step = Int.random(in: 1...max(1, values.count / 2), using: &random)
        let dice = Int.random(in: 0..<100, using: &random)
        if dice < star { return Part(text: "*") { _ in true } }
        if dice < star + 8 { return Part(text: "*/\(step)") { ($0 - values.lowerBound) % step == 0 } }
        if dice < star + 12 { return Part(text: "\(low)/\(step)") { $0 >= low && $0 <= top && ($0 - low) % step == 0 } }
        switch dice % 4 {
        case 0: return Part(text: "\(low)-\(high)") { $0 >= low && $0 <= high }
        case 1: return Part(text: "\(low)-\(high)/\(step)") { $0 >= low && $0 <= high && ($0 - low) % step == 0 }
        case 2: return Part(text: "\(high),\(low)") { $0 == low || $0 == high }
        default: return Part(text: "\(low)") { $0 == low }
        }
    }

    private static func dayOfMonth(using random: inout Randomness) -> DayPart {
        let number = Int.random(in: 1...31, using: &random)
        let back = Int.random(in: 1...30, using: &random)
        /// Whether `day` is the one of Monday to Friday that a walk from `target` outwards meets first.
        func isNearest(_ day: Int, _ target: Int, _ length: Int, _ weekday: Int) -> Bool {
            guard (1...length).contains(target) else { return false }
            let candidates = [0, 1, -1, 2, -2].map { target + $0 }
            return day
                == candidates.first { candidate in
                    (1...length).contains(candidate) && ![0, 6].contains((weekday + candidate - day + 70) % 7)
                }
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<8: return DayPart(text: "L") { day, length, _ in day == length }
        case 8..<16: return DayPart(text: "L-\(back)") { day, length, _ in day == length - back }
        case 16..<24: return DayPart(text: "LW") { isNearest($0, $1, $1, $2) }
        case 24..<32: return DayPart(text: "\(number)W") { isNearest($0, number, $1, $2) }
        case 32..<36: return DayPart(text: "L-\(back)W") { isNearest($0, $1 - back, $1, $2) }
        default:
            let plain = part(1...31, star: 55, using: &random)
            return DayPart(text: plain.text) { day, _, _ in plain.matches(day) }
        }
    }

    private static func dayOfWeek(using random: inout Randomness) -> DayPart {
        let number = Int.random(in: 0...7, using: &random)
        let name = ["SUN", "Mon", "tue", "WED", "THU", "FRI", "SAT", "7"][number]
        let nth = Int.random(in: 1...5, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10: return DayPart(text: "\(name)L") { $2 == number % 7 && $0 + 7 > $1 }
        case 10..<20: return DayPart(text: "\(name)#\(nth)") { $2 == number % 7 && ($0 - 1) / 7 + 1 == nth }
        case 20..<30: return DayPart(text: "\(name)") { $2 == number % 7 }
        default:
            let plain = part(0...6, top: 7, star: 60, using: &random)
            return DayPart(text: plain.text) { plain.matches($2) || ($2 == 0 && plain.matches(7)) }
        }
    }
}

/// SplitMix64, so that a seed gives the same run everywhere.
private struct Randomness: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
