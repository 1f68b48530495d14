/// A column that a kind of import file has.
struct CSVColumn: Equatable, Sendable {
    let name: String
    let isRequired: Bool

    init(_ name: String, optional: Bool = false) {
        self.name = name
        isRequired = !optional
    }
}

/// Where the expected columns stand in a file.
struct CSVHeader: Equatable, Sendable {
    /// For each expected column its field index in the file, or −1 for an optional column that the file lacks.
    let positions: [Int]

    /// Matches the names of line 1 with the expected columns, in any order, upper and lower case alike.
    ///
    /// - Throws: ``CSVHeaderError`` for missing, unknown or repeated columns.
    init(file: String, names: [String], expected: [CSVColumn]) throws(CSVHeaderError) {
        func key(_ name: String) -> String { name.trimmingSpaces().lowercased() }
        let keys = names.map(key)
        let positions = expected.map { column in keys.firstIndex(of: key(column.name)) ?? -1 }
        let known = Set(expected.map { key($0.name) })
        let error = CSVHeaderError(
            file: file, expected: expected,
            missing: zip(expected, positions).filter { $0.isRequired && $1 < 0 }.map(\.0.name),
            unknown: names.filter { !known.contains(key($0)) },
            repeated: expected.filter { column in keys.count { $0 == key(column.name) } > 1 }.map(\.name),
            firstLine: names.joined(separator: ","))
        guard error.missing.isEmpty, error.unknown.isEmpty, error.repeated.isEmpty else { throw error }
        self.positions = positions
    }
}

/// A file whose first line does not name the columns it should; nothing of it is imported.
public struct CSVHeaderError: Error, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    let expected: [CSVColumn]
    /// Required columns that line 1 does not name.
    public let missing: [String]
    /// Names on line 1 that this kind of file does not have.
    public let unknown: [String]
    /// Columns that line 1 names more than once.
    public let repeated: [String]
    /// Line 1; empty when the file is.
    let firstLine: String

    /// What happened and the way out, in one line.
    public var description: String {
        "\(file):1: \(problem)  →  \(wayOut)"
    }

    private var problem: String {
        if firstLine.isEmpty { return "the file is empty" }
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing \(Self.list(missing))") }
        if !unknown.isEmpty { parts.append("unknown \(Self.list(unknown))") }
        if !repeated.isEmpty { parts.append("named twice: \(Self.list(repeated))") }
        return "wrong header: " + parts.joined(separator: "; ")
    }

    private var wayOut: String {
        let columns = expected.map { $0.isRequired ? $0.name : "\($0.name) (optional)" }.joined(separator: ",")
        if missing.count > 1, let separator = [";", "\t", "|"].first(where: { firstLine.contains($0) }) {
            let name = separator == "\t" ? "tabs" : "'\(separator)'"
            return "the columns seem to be separated by \(name); save the file with commas: \(columns)"
        }
        let isOnlineRetail = ["InvoiceNo", "StockCode"].allSatisfy { unknown.contains($0) }
        let advice = isOnlineRetail ? "for an Online Retail file give --format online-retail; else " : ""
        return "\(advice)the first line must name these columns: \(columns)"
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { $0.count > 40 ? String($0.prefix(39)) + "…" : $0 }
        let more = names.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let end = reversed().drop(while: isSpace)
        return String(String(end.reversed()).drop(while: isSpace))
    }
}
