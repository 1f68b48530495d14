/// Typed values of one column, for the project's own formats; spaces around a value do not count.
extension RawRecord {
    func optional(_ column: Int) -> String? {
        let field = self[column].trimmed
        return field.isEmpty ? nil : field.string
    }

    func required(_ column: Int) throws(RowProblem) -> String {
        guard let text = optional(column) else { throw RowProblem(.missingValue, column: column) }
        return text
    }

    func boolean(_ column: Int) throws(RowProblem) -> Bool {
        guard let value = self[column].trimmed.boolean else { throw RowProblem(.badBoolean, column: column) }
        return value
    }

    func timestamp(_ column: Int) throws(RowProblem) -> Timestamp {
        let field = self[column].trimmed
        let value = rules.map { $0.timestamp(field, column: column) } ?? Timestamp(rfc3339: field)
        guard let value else { throw RowProblem(.badDate, column: column) }
        return value
    }

    func price(_ column: Int) throws(RowProblem) -> Price {
        let field = self[column].trimmed
        let value = rules.map { $0.numbers.price(field) } ?? Price(field)
        guard let value else { throw RowProblem(.badPrice, column: column) }
        guard !value.isNegative else { throw RowProblem(.negativePrice, column: column) }
        return value
    }

    /// Pieces, above zero; an empty field is one. Where a map says so, a number below zero is one of pieces sent back.
    func quantity(_ column: Int) throws(RowProblem) -> (pieces: Int32, isReturn: Bool) {
        let field = self[column].trimmed
        guard !field.isEmpty else { return (1, false) }
        guard let value = field.integer else { throw RowProblem(.badNumber, column: column) }
        guard value != 0 else { throw RowProblem(.zeroQuantity, column: column) }
        if value > 0 { return (value, false) }
        guard let rules, rules.negativeQuantityIsReturn, value != .min else {
            throw RowProblem(.badNumber, column: column)
        }
        return (-value, true)
    }

    func kind(_ column: Int) throws(RowProblem) -> EventKind {
        let field = self[column].trimmed
        if let kind = EventKind(field) { return kind }
        let isSkipped = rules != nil && field.equalsIgnoringCase(ImportMap.skip)
        throw RowProblem(isSkipped ? .skipped : .unknownKind, column: column)
    }

    func currency(_ column: Int) throws(RowProblem) -> String {
        let field = self[column].trimmed
        guard field.bytes.count == 3, field.bytes.allSatisfy(\.isASCIILetter) else {
            throw RowProblem(.badCurrency, column: column)
        }
        return String(decoding: field.bytes.map(\.asciiUppercased), as: UTF8.self)
    }

    /// A language tag, or `nil` for an empty field: two or three letters, then subtags of letters and digits.
    func locale(_ column: Int) throws(RowProblem) -> String? {
        let field = self[column].trimmed
        guard !field.isEmpty else { return nil }
        let subtags = field.bytes.split(omittingEmptySubsequences: false) { $0 == 0x2D || $0 == 0x5F }
        let isTag =
            subtags[0].allSatisfy(\.isASCIILetter) && (2...3).contains(subtags[0].count)
            && subtags.dropFirst().allSatisfy { subtag in
                (1...8).contains(subtag.count) && subtag.allSatisfy { $0.isASCIILetter || $0 &- 0x30 < 10 }
            }
        guard isTag else { throw RowProblem(.badLocale, column: column) }
        return field.string
    }

    func requiredLocale(_ column: Int) throws(RowProblem) -> String {
        guard let locale = try locale(column) else { throw RowProblem(.missingValue, column: column) }
        return locale
    }

    /// A mail address, or `nil` for an empty field: one `@` with text before it and a dot within the text after it,
    /// no spaces, no control characters, at most 254 bytes. Whether it works, only a mail can tell.
    func email(_ column: Int) throws(RowProblem) -> String? {
        let field = self[column].trimmed
        guard !field.isEmpty else { return nil }
        let parts = field.bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, field.bytes.count <= 254,
            field.bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != 0x2C && $0 != 0x3C && $0 != 0x3E }),
            parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty }),
            parts[1].contains(UInt8(ascii: "."))
        else { throw RowProblem(.badEmail, column: column) }
        return field.string
    }
}

extension EventKind {
    /// The kind that a field names, upper and lower case alike.
    init?(_ field: RawField) {
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
