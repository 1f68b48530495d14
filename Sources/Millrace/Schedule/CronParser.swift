/// Reads the five fields of a cron expression.
struct CronParser {
    private(set) var minutes: UInt64 = 0
    private(set) var hours: UInt64 = 0
    private(set) var months: UInt64 = 0
    private(set) var days = CronDays()

    /// What the `@` names stand for.
    static let nicknames = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    private let expression: String

    init(_ expression: String) throws(CronError) {
        self.expression = expression
        var words = Self.split(expression[...], at: \.isWhitespace, column: 1).filter { !$0.text.isEmpty }
        if let first = words.first, first.text.hasPrefix("@") {
            words = try expand(first, rest: words.dropFirst())
        }
        guard words.count == CronField.allCases.count else { throw wrongCount(words) }
        for (field, word) in zip(CronField.allCases, words) { try read(word, as: field) }
    }

    /// A piece of the expression and where it begins, counted from 1.
    struct Piece {
        var text: Substring
        var column: Int
    }

    /// The pieces between separators, empty ones too.
    static func split(_ text: Substring, at isSeparator: (Character) -> Bool, column: Int) -> [Piece] {
        var pieces = [Piece(text: text[text.startIndex..<text.startIndex], column: column)]
        var position = column
        for index in text.indices {
            position += 1
            if isSeparator(text[index]) {
                let next = text.index(after: index)
                pieces.append(Piece(text: text[next..<next], column: position))
            } else {
                let piece = pieces.removeLast()
                pieces.append(
                    Piece(text: text[piece.text.startIndex..<text.index(after: index)], column: piece.column))
            }
        }
        return pieces
    }

    private func expand(_ nickname: Piece, rest: ArraySlice<Piece>) throws(CronError) -> [Piece] {
        guard let fields = Self.nicknames[nickname.text.lowercased()] else {
            let known = Self.nicknames.keys.sorted()
            let wayOut =
                switch nickname.text.lowercased() {
                case "@reboot": "a schedule has no reboot; write @hourly, @daily, @weekly, @monthly or @yearly"
                case "@every": "write the minutes as a step, such as */15 * * * *"
                default:
                    closestSpelling(of: String(nickname.text), among: known).map { "did you mean \($0)?" }
                        ?? "write one of \(known.joined(separator: " "))"
                }
            throw error(nil, nickname, "\(nickname.text) is unknown", wayOut)
        }
        if let next = rest.first {
            throw error(
                nil, next, "\(nickname.text) stands alone", "leave out what follows, or write the five fields")
        }
        return Self.split(fields[...], at: \.isWhitespace, column: nickname.column)
    }

    private func wrongCount(_ words: [Piece]) -> CronError {
        let order = "minute, hour, day of month, month, day of week"
        guard let first = words.first else {
            return error(
                nil, Piece(text: "", column: 1), "it is empty", "write the five fields \(order), or @daily and the like"
            )
        }
        let count = words.count == 1 ? "1 field" : "\(words.count) fields"
        if first.text.contains("=") {
            return error(nil, first, "a cron expression sets no variables", "give the zone as `timezone`")
        }
        let place = words.count > 5 ? words[5] : Piece(text: "", column: expression.count + 1)
        let wayOut =
            words.count == 6
            ? "write five: \(order); if the first one counts seconds, leave it out" : "write five: \(order)"
        return error(nil, place, "it has \(count)", wayOut)
    }

    private mutating func read(_ word: Piece, as field: CronField) throws(CronError) {
        for item in Self.split(word.text, at: { $0 == "," }, column: word.column) {
            guard !item.text.isEmpty else {
                throw error(field, item, "a value is missing beside a comma", "write \(field.allowed)")
            }
            switch field {
            case .minute: minutes |= try values(item, field)
            case .hour: hours |= try values(item, field)
            case .month: months |= try values(item, field)
            case .dayOfMonth: try readDayOfMonth(item)
            case .dayOfWeek: try readDayOfWeek(item)
            }
        }
        switch field {
        case .dayOfMonth: days.isAnyDayOfMonth = word.text.hasPrefix("*")
        case .dayOfWeek: days.isAnyDayOfWeek = word.text.hasPrefix("*")
        default: break
        }
    }

    /// `L`, `L-3`, `LW`, `L-3W`, `15W`, or plain values.
    private mutating func readDayOfMonth(_ item: Piece) throws(CronError) {
        var text = item.text.uppercased()[...]
        let isNearWeekday = text.hasSuffix("W")
        if text.first == "L" {
            text = text.dropFirst()
            if isNearWeekday { text = text.dropLast() }
            var back = 0
            if !text.isEmpty {
                guard text.first == "-", let number = Self.number(text.dropFirst()), (1...30).contains(number) else {
                    throw error(
                        .dayOfMonth, item, "\(item.text) is no day counted from the end",
                        "write L (the last day), L-1 to L-30 (days before it) or LW (the last weekday)")
                }
                back = number
            }
            if isNearWeekday { days.nearWeekdaysFromEnd |= 1 << back } else { days.daysFromEnd |= 1 << back }
        } else if isNearWeekday {
            guard let day = Self.number(text.dropLast()), (1...31).contains(day) else {
                throw error(
                    .dayOfMonth, item, "W follows one day of the month, not \"\(item.text.dropLast())\"",
                    "write 1W to 31W (the weekday nearest to that day) or LW (the last weekday)")
            }
            days.nearWeekdays |= 1 << day
        } else {
            days.monthDays |= UInt32(try values(item, .dayOfMonth))
        }
    }

    /// `5L`, `5#2`, or plain values.
    private mutating func readDayOfWeek(_ item: Piece) throws(CronError) {
        let parts = Self.split(item.text, at: { $0 == "#" }, column: item.column)
        if parts.count > 1 {
            let weekday = try value(parts[0], .dayOfWeek) % 7
            guard parts.count == 2, let nth = Self.number(parts[1].text), (1...5).contains(nth) else {
                throw error(
                    .dayOfWeek, parts[1], "# is followed by 1 to 5, not \"\(parts[1].text)\"",
                    "write 5#2 for the second Friday of the month, 5L for the last")
            }
            while days.nthWeekdays.count < nth { days.nthWeekdays.append(0) }
            days.nthWeekdays[nth - 1] |= 1 << weekday
        } else if item.text.last == "L" || item.text.last == "l" {
            let day = Piece(text: item.text.dropLast(), column: item.column)
            guard !day.text.isEmpty else {
                throw error(
                    .dayOfWeek, item, "L needs a day before it here",
                    "write 5L for the last Friday of the month, 6 for Saturday; L alone belongs to the day of month")
            }
            days.lastWeekdays |= 1 << (try value(day, .dayOfWeek) % 7)
        } else {
            let found = UInt32(try values(item, .dayOfWeek))
            days.weekdays |= (found | found >> 7) & 0b111_1111
        }
    }

    /// `*`, `5`, `1-5`, and each with `/step`; bit n is the value n. `5/20` means from 5 to the highest value.
    private func values(_ item: Piece, _ field: CronField) throws(CronError) -> UInt64 {
        let parts = Self.split(item.text, at: { $0 == "/" }, column: item.column)
        var step = 1
        if parts.count > 1 {
            guard parts.count == 2, let number = Self.number(parts[1].text), number > 0 else {
                throw error(
                    field, parts[1], "the step after / is no positive whole number",
                    "write */2 for every second value, 10-20/5 for 10, 15 and 20")
            }
            guard number <= field.valueCount else {
                throw error(
                    field, parts[1], "a step of \(number) is more than the \(field.valueCount) values of this field",
                    "write a step from 1 to \(field.valueCount); list the times of a rhythm that does not divide the hour"
                )
            }
            step = number
        }
        let range = try range(parts[0], field, hasStep: parts.count > 1)
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func range(_ base: Piece, _ field: CronField, hasStep: Bool) throws(CronError) -> ClosedRange<Int> {
        if base.text == "*" { return field.range }
        let ends = Self.split(base.text, at: { $0 == "-" }, column: base.column)
        let low = try value(ends[0], field)
        guard ends.count > 1 else { return hasStep ? low...field.range.upperBound : low...low }
        guard ends.count == 2 else {
            throw error(field, base, "\(base.text) has more than two ends", "write a range like 1-5")
        }
        var high = try value(ends[1], field)
        // Sunday at the end of a range is the day after Saturday.
        if field == .dayOfWeek, high == 0, low > 0 { high = 7 }
        guard low <= high else {
            let first = field == .month || field == .dayOfMonth ? 1 : 0
            let last = field == .dayOfWeek ? 6 : field.range.upperBound
            throw error(
                field, base, "\(base.text) runs backwards",
                "write \(low == last ? "\(low)" : "\(low)-\(last)"),\(high == first ? "\(high)" : "\(first)-\(high)")")
        }
        return low...high
    }

    private func value(_ piece: Piece, _ field: CronField) throws(CronError) -> Int {
        if let index = field.names.firstIndex(of: piece.text.uppercased()) { return index + field.range.lowerBound }
        guard let number = Self.number(piece.text) else {
            throw error(field, piece, notAValue(piece.text), suggestion(for: piece.text, in: field))
        }
        guard field.range.contains(number) else {
            let problem =
                number < field.range.lowerBound
                ? "\(piece.text) is less than \(field.range.lowerBound)"
                : "\(piece.text) is more than \(field.range.upperBound)"
            throw error(field, piece, problem, "write \(field.allowed)")
        }
        return number
    }

    private func notAValue(_ text: Substring) -> String {
        text.isEmpty ? "a value is missing" : "\"\(text)\" is no value"
    }

    private func suggestion(for text: Substring, in field: CronField) -> String {
        let typed = text.uppercased()
        if text == "?" { return "write * for every day" }
        if let other = [CronField.month, .dayOfWeek].first(where: { $0 != field && $0.names.contains(typed) }) {
            return "\(typed) belongs into the field \(other.title); here write \(field.allowed)"
        }
        if let name = field.names.first(where: { typed.hasPrefix($0) }) { return "did you mean \(name)?" }
        if let name = closestSpelling(of: typed, among: field.names) { return "did you mean \(name)?" }
        return "write \(field.allowed)"
    }

    /// Decimal digits and nothing else; a number too large for `Int` counts as `Int.max`.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text) ?? Int.max
    }

    private func error(_ field: CronField?, _ piece: Piece, _ problem: String, _ wayOut: String) -> CronError {
        CronError(
            expression: expression, field: field, text: String(piece.text), column: piece.column, problem: problem,
            wayOut: wayOut)
    }
}
