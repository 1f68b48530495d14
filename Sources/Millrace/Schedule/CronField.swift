/// One of the five fields of a cron expression, in their order.
public enum CronField: Int, CaseIterable, Hashable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// The name in messages, such as `day of month`.
    public var title: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may be written; in the day of week both 0 and 7 are Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// How many different values there are.
    var valueCount: Int { self == .dayOfWeek ? 7 : range.count }

    /// The three-letter names that may be written, the first one for the lowest number.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// What may be written, for the way out of a message.
    var allowed: String {
        switch self {
        case .minute: "a minute from 0 to 59"
        case .hour: "an hour from 0 to 23"
        case .dayOfMonth: "a day from 1 to 31, L, L-3, W as in 15W, or LW"
        case .month: "a month from 1 to 12 or JAN to DEC"
        case .dayOfWeek: "a day from 0 to 7 (0 and 7 are Sunday) or SUN to SAT, 5L or 5#2"
        }
    }
}
