/// Why one row of an import file is not taken in. The raw value is stable and is what the reject table stores.
public enum RejectReason: String, Sendable, CaseIterable {
    /// A quoted field is never closed, or text follows its closing quote.
    case brokenQuote = "broken-quote"
    /// A row longer than the parser takes.
    case tooLong = "too-long"
    /// More or fewer fields than the header has.
    case fieldCount = "field-count"
    /// A line that is no JSON object.
    case badJSON = "bad-json"
    /// An escape in JSON that stands for no character of a text: a lone surrogate, or the zero character.
    case badEscape = "bad-escape"
    /// A key that this kind of file does not have.
    case unknownField = "unknown-field"
    /// A list or an object where one value should be.
    case notOneValue = "not-one-value"
    /// A row of a kind that the map leaves out.
    case skipped
    /// A column that must not be empty is.
    case missingValue = "missing-value"
    /// No whole number, or out of range.
    case badNumber = "bad-number"
    /// No decimal number that fits `numeric(12,4)`.
    case badPrice = "bad-price"
    /// A price below zero where none can be.
    case negativePrice = "negative-price"
    /// No date and time of the expected form, or one that the calendar does not have.
    case badDate = "bad-date"
    /// Neither `true` nor `false`.
    case badBoolean = "bad-boolean"
    /// A word that is not in the list of allowed ones.
    case unknownKind = "unknown-kind"
    /// No mail address.
    case badEmail = "bad-email"
    /// No IANA time zone.
    case badTimeZone = "bad-time-zone"
    /// No ISO 4217 code.
    case badCurrency = "bad-currency"
    /// No language tag.
    case badLocale = "bad-locale"
    /// A row of stock-keeping, not of trade.
    case stockAdjustment = "stock-adjustment"
    /// A row about nothing: quantity zero.
    case zeroQuantity = "zero-quantity"
    /// An item code that is not in the catalogue.
    case unknownItem = "unknown-item"
    /// A customer code that nobody has.
    case unknownCustomer = "unknown-customer"

    /// What is wrong, as the middle of a sentence about a value.
    public var problem: String {
        switch self {
        case .brokenQuote: "a quoted field is not closed where its column ends"
        case .tooLong: "the row is longer than 1 MiB"
        case .fieldCount: "the row has another number of fields than the header"
        case .badJSON: "the line is no JSON object"
        case .badEscape: "has an escape that stands for no character"
        case .unknownField: "is no field of this kind of file"
        case .notOneValue: "is a list or an object"
        case .skipped: "is of a kind that the map leaves out"
        case .missingValue: "is empty"
        case .badNumber: "is no whole number in range"
        case .badPrice: "is no decimal number with at most 8 digits before and 4 after the point"
        case .negativePrice: "is below zero"
        case .badDate: "is no valid date and time"
        case .badBoolean: "is neither true nor false"
        case .unknownKind: "is none of the known kinds"
        case .badEmail: "is no mail address"
        case .badTimeZone: "is no IANA time zone"
        case .badCurrency: "is no currency code of three letters"
        case .badLocale: "is no language tag"
        case .stockAdjustment: "the row corrects the stock and sells nothing"
        case .zeroQuantity: "is a quantity of zero"
        case .unknownItem: "is not in the catalogue"
        case .unknownCustomer: "is no known customer"
        }
    }

    /// What to do about it.
    public var wayOut: String {
        switch self {
        case .brokenQuote: "close the quote, and write a quote within a field twice"
        case .tooLong: "look for a quote that is never closed"
        case .fieldCount: "quote fields that contain a comma or a line break"
        case .badJSON: "write one whole object a line"
        case .badEscape: "write the character itself, as UTF-8"
        case .unknownField: "correct or remove the key, or say by --map which keys count"
        case .notOneValue: "name the value within it by a path in a map"
        case .missingValue: "fill it in"
        case .badNumber: "write digits only, such as 12"
        case .badPrice, .negativePrice: "write it like 2.55"
        case .badDate: "write it like 2025-01-31T09:30:00Z (or 2010-12-01 08:26:00 in Online Retail files)"
        case .badBoolean: "write true or false"
        case .unknownKind: "use \(EventKind.allCases.map(\.rawValue).joined(separator: ", "))"
        case .badEmail: "write it like name@shop.example, or leave it empty"
        case .badTimeZone: "write it like Europe/London"
        case .badCurrency: "write it like GBP"
        case .badLocale: "write it like en or zh-CN"
        case .unknownItem: "import its row of items.csv first"
        case .unknownCustomer: "import its row of customers.csv first"
        case .stockAdjustment, .zeroQuantity, .skipped: "nothing to do; it is counted and left out"
        }
    }
}

/// A row that is not taken in, with all that the reject table keeps of it.
public struct RejectedRow: Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    /// The line on which the row begins; the header is on line 1.
    public let line: Int
    /// The column at fault; `nil` when the row as a whole is.
    public let column: String?
    /// What stands in that column.
    public let value: String?
    /// What is wrong.
    public let reason: RejectReason
    /// The row as CSV text or the line as it is, or its first physical line when the quotes are broken; at most 4,096 bytes.
    public let text: String

    /// What happened and the way out, in one line.
    public var description: String {
        let subject =
            switch (column, value) {
            case (let column?, let value?): "\(column): \"\(Self.excerpt(value))\" "
            case (let column?, nil): "\(column): "
            default: ""
            }
        return "\(file):\(line): \(subject)\(reason.problem)  →  \(reason.wayOut)"
    }

    private static func excerpt(_ value: String) -> String {
        let printable = value.map { $0.isNewline ? " " : $0 }
        return printable.count <= 60 ? String(printable) : String(printable.prefix(59)) + "…"
    }
}
