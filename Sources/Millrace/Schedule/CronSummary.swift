extension CronExpression {
    /// The expression in plain English, such as `every day at 03:00` or `every 15 minutes on Monday to Friday`.
    public var summary: String {
        guard !neverFires else { return "never" }
        let time = timePhrase
        let isEveryMonth = months == 0b1_1111_1111_1110
        let onlyDates = !datePhrases("and").isEmpty && weekdayPhrases.isEmpty
        let day = onlyDates && !isEveryMonth ? "on \(Self.list(datePhrases("and"))) of \(monthNames)" : dayPhrase
        let month = onlyDates || isEveryMonth ? nil : "in " + monthNames
        if time.hasPrefix("every") { return [time, day, month].compactMap(\.self).joined(separator: " ") }
        return [day ?? "every day", time, month].compactMap(\.self).joined(separator: " ")
    }

    /// The months as words, such as `March to May and July`.
    var monthNames: String { Self.list(Self.spans(months, Self.monthTitles)) }

    private var timePhrase: String {
        let minuteList = Array(CronDays.bits(minutes))
        let hourList = Array(CronDays.bits(hours))
        let everyMinute = Self.rhythm(minuteList, of: 60).map { $0 == 1 ? "every minute" : "every \($0) minutes" }
        if isEveryHour {
            if let everyMinute, minuteList.count > 1 { return everyMinute }
            if minuteList == [0] { return "every hour" }
            return "every hour at \(minuteList.count == 1 ? "minute" : "minutes") "
                + Self.list(minuteList.map(String.init))
        }
        let hoursRun = hourList.count > 2 && hourList[hourList.count - 1] - hourList[0] == hourList.count - 1
        if let everyMinute, minuteList.count > 1 {
            if hoursRun || hourList.count == 1 {
                let end = Self.clock(hourList[hourList.count - 1], minuteList[minuteList.count - 1])
                return "\(everyMinute) from \(Self.clock(hourList[0], minuteList[0])) to \(end)"
            }
            return "\(everyMinute) of the hours \(Self.list(hourList.map(Self.padded)))"
        }
        if minuteList.count == 1 {
            if hoursRun {
                let end = Self.clock(hourList[hourList.count - 1], minuteList[0])
                return "every hour from \(Self.clock(hourList[0], minuteList[0])) to \(end)"
            }
            if let hourRhythm = Self.rhythm(hourList, of: 24), hourList.count > 2 {
                return "every \(hourRhythm) hours from \(Self.clock(hourList[0], minuteList[0]))"
            }
        }
        if minuteList.count * hourList.count <= 8 {
            return "at " + Self.list(hourList.flatMap { hour in minuteList.map { Self.clock(hour, $0) } })
        }
        let minuteWord = minuteList.count == 1 ? "minute" : "minutes"
        let hourWord = hourList.count == 1 ? "hour" : "hours"
        return "at \(minuteWord) \(Self.list(Self.spans(minutes, Self.numbers))) "
            + "of the \(hourWord) \(Self.list(Self.spans(hours, Self.numbers)))"
    }

    private var dayPhrase: String? {
        let byDate = datePhrases("and")
        let byWeekday = weekdayPhrases
        switch (byDate.isEmpty, byWeekday.isEmpty) {
        case (true, true): return nil
        case (false, true): return "on \(Self.list(byDate)) of the month"
        case (true, false): return "on " + Self.list(byWeekday)
        case (false, false):
            if days.isAnyDayOfMonth || days.isAnyDayOfWeek {
                return "on \(Self.list(byWeekday)) if it is \(Self.list(datePhrases("or"), "or")) of the month"
            }
            return "on \(Self.list(byDate)) of the month and on \(Self.list(byWeekday))"
        }
    }

    /// Empty when every date matches.
    private func datePhrases(_ word: String) -> [String] {
        if days.monthDays == 0xFFFF_FFFE { return [] }
        var phrases = Self.spans(UInt64(days.monthDays), Self.numbers)
        if !phrases.isEmpty {
            let isOne = days.monthDays.nonzeroBitCount == 1 || word == "or"
            phrases = [(isOne ? "day " : "days ") + Self.list(phrases, word)]
        }
        for day in CronDays.bits(days.nearWeekdays) { phrases.append("the weekday nearest to day \(day)") }
        for back in CronDays.bits(days.daysFromEnd) { phrases.append(Self.fromEnd(back)) }
        for back in CronDays.bits(days.nearWeekdaysFromEnd) {
            phrases.append(back == 0 ? "the last weekday" : "the weekday nearest to \(Self.fromEnd(back))")
        }
        return phrases
    }

    /// Empty when every day of the week matches.
    private var weekdayPhrases: [String] {
        if days.weekdays == 0b111_1111 { return [] }
        var phrases = Self.spans(UInt64(days.weekdays), Self.weekdayNames)
        for (index, weekdays) in days.nthWeekdays.enumerated() {
            let nth = ["first", "second", "third", "fourth", "fifth"][index]
            for weekday in CronDays.bits(weekdays) { phrases.append("the \(nth) \(Self.weekdayNames[weekday])") }
        }
        for weekday in CronDays.bits(days.lastWeekdays) { phrases.append("the last \(Self.weekdayNames[weekday])") }
        return phrases
    }

    private static let numbers = (0...59).map(String.init)
    private static let weekdayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let monthTitles = [
        "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    private static func fromEnd(_ back: Int) -> String {
        switch back {
        case 0: "the last day"
        case 1: "the day before the last day"
        default: "\(back) days before the last day"
        }
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func clock(_ hour: Int, _ minute: Int) -> String { "\(padded(hour)):\(padded(minute))" }

    /// The step when the values run from the step's first value through the whole range, as `*/15` does.
    private static func rhythm(_ values: [Int], of count: Int) -> Int? {
        let step = values.count > 1 ? values[1] - values[0] : count
        guard count % step == 0, values[0] < step else { return nil }
        return values == Array(stride(from: values[0], to: count, by: step)) ? step : nil
    }

    /// The values as words, three and more neighbours as `first to last`.
    private static func spans(_ mask: UInt64, _ words: [String]) -> [String] {
        var spans: [ClosedRange<Int>] = []
        for value in CronDays.bits(mask) {
            if let last = spans.last, last.upperBound == value - 1 {
                spans[spans.count - 1] = last.lowerBound...value
            } else {
                spans.append(value...value)
            }
        }
        return spans.flatMap { span in
            span.count > 2 ? ["\(words[span.lowerBound]) to \(words[span.upperBound])"] : span.map { words[$0] }
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    private static func list(_ items: [String], _ word: String = "and") -> String {
        guard items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(word) " + items[items.count - 1]
    }
}
