/// Typed values of one column, for the project's own formats; spaces around a value do not count.
extension CSVRecord {
    func optional(_ column: Int) -> String? {
        let field = self[column].trimmed
        return field.isEmpty ? nil : field.string
    }

    func required(_ column: Int) throws(CSVRowProblem) -> String {
        guard let text = optional(column) else { throw CSVRowProblem(.missingValue, column: column) }
        return text
    }

    func boolean(_ column: Int) throws(CSVRowProblem) -> Bool {
        guard let value = self[column].trimmed.boolean else { throw CSVRowProblem(.badBoolean, column: column) }
        return value
    }

    func timestamp(_ column: Int) throws(CSVRowProblem) -> Timestamp {
        guard let value = Timestamp(rfc3339: self[column].trimmed) else {
            throw CSVRowProblem(.badDate, column: column)
        }
        return value
    }

    func price(_ column: Int) throws(CSVRowProblem) -> Price {
        guard let value = Price(self[column].trimmed) else { throw CSVRowProblem(.badPrice, column: column) }
        guard !value.isNegative else { throw CSVRowProblem(.negativePrice, column: column) }
        return value
    }

    /// Pieces, above zero; an empty field is one.
    func quantity(_ column: Int) throws(CSVRowProblem) -> Int32 {
        let field = self[column].trimmed
        guard !field.isEmpty else { return 1 }
        guard let value = field.integer, value >= 0 else { throw CSVRowProblem(.badNumber, column: column) }
        guard value > 0 else { throw CSVRowProblem(.zeroQuantity, column: column) }
        return value
    }

    func kind(_ column: Int) throws(CSVRowProblem) -> EventKind {
        guard let kind = EventKind(self[column].trimmed) else { throw CSVRowProblem(.unknownKind, column: column) }
        return kind
    }

    func currency(_ column: Int) throws(CSVRowProblem) -> String {
        let field = self[column].trimmed
        guard field.bytes.count == 3, field.bytes.allSatisfy(\.isASCIILetter) else {
            throw CSVRowProblem(.badCurrency, column: column)
        }
        return String(decoding: field.bytes.map(\.asciiUppercased), as: UTF8.self)
    }

    /// A language tag, or `nil` for an empty field: two or three letters, then subtags of letters and digits.
    func locale(_ column: Int) throws(CSVRowProblem) -> String? {
        let field = self[column].trimmed
        guard !field.isEmpty else { return nil }
        let subtags = field.bytes.split(omittingEmptySubsequences: false) { $0 == 0x2D || $0 == 0x5F }
        let isTag =
            subtags[0].allSatisfy(\.isASCIILetter) && (2...3).contains(subtags[0].count)
            && subtags.dropFirst().allSatisfy { subtag in
                (1...8).contains(subtag.count) && subtag.allSatisfy { $0.isASCIILetter || $0 &- 0x30 < 10 }
            }
        guard isTag else { throw CSVRowProblem(.badLocale, column: column) }
        return field.string
    }

    func requiredLocale(_ column: Int) throws(CSVRowProblem) -> String {
        guard let locale = try locale(column) else { throw CSVRowProblem(.missingValue, column: column) }
        return locale
    }

    /// A mail address, or `nil` for an empty field: one `@` with text before it and a dot within the text after it,
    /// no spaces, no control characters, at most 254 bytes. Whether it works, only a mail can tell.
    func email(_ column: Int) throws(CSVRowProblem) -> String? {
        let field = self[column].trimmed
        guard !field.isEmpty else { return nil }
        let parts = field.bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, field.bytes.count <= 254,
            field.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != 0x2C && $0 != 0x3C && $0 != 0x3E }),
            parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty }),
            parts[1].contains(UInt8(ascii: "."))
        else { throw CSVRowProblem(.badEmail, column: column) }
        return field.string
    }
}

extension EventKind {
    /// The kind that a field names, upper and lower case alike.
    init?(_ field: CSVField) {
        if field.equalsIgnoringCase("view") {
            self = .view
        } else if field.equalsIgnoringCase("click") {
            self = .click
        } else if field.equalsIgnoringCase("cart") {
            self = .cart
        } else if field.equalsIgnoringCase("purchase") {
            self = .purchase
        } else if field.equalsIgnoringCase("return") {
            self = .return
        } else if field.equalsIgnoringCase("review") {
            self = .review
        } else {
            return nil
        }
    }
}
