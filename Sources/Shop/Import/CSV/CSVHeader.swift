internal import Millrace

/// Where the expected columns stand in a file.
struct CSVHeader: Equatable, Sendable {
    /// For each expected column its field index in the file, or −1 for an optional column that the file lacks.
    let positions: [Int]

    /// Matches the names of line 1 with the expected columns, in any order, upper and lower case alike.
    ///
    /// - Throws: ``CSVHeaderError`` for missing, unknown or repeated columns.
    init(file: String, names: [String], expected: [ImportColumn]) throws(CSVHeaderError) {
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

    /// Finds the columns that a map names; others of the file do not count.
    ///
    /// - Parameters:
    ///   - names: of line 1, empty where there is no header.
    ///   - width: how many fields the rows have.
    ///   - columns: of the format.
    /// - Throws: ``ImportMapErrors`` for columns that the file does not have, or has twice.
    init(
        file: String, names: [String], width: Int, layout: FileLayout, columns: [ImportColumn]
    ) throws(ImportMapErrors) {
        let shown = names.map { $0.trimmingSpaces() }
        let keys = shown.map { $0.lowercased() }
        var errors: [ImportMapError] = []
        var positions: [Int] = []
        for (column, source) in layout.sources.enumerated() {
            var problem: (text: String, wayOut: String)?
            positions.append(
                source.position {
                    switch source {
                    case .number(let number) where number <= width: return number - 1
                    case .number(let number):
                        problem = ("\(file) has \(width) columns, and no column \(number)", "count them from 1")
                    case .name(let name):
                        let places = keys.indices.filter { keys[$0] == name.trimmingSpaces().lowercased() }
                        if places.count == 1 { return places[0] }
                        let wayOut =
                            places.isEmpty
                            ? closestSpelling(of: name, among: shown).map { "did you mean \"\($0)\"?" }
                                ?? "its columns are \(CSVHeaderError.list(shown))"
                            : "name it by its number"
                        problem = ("\(file) has \(places.isEmpty ? "no" : "more than one") column \"\(name)\"", wayOut)
                    case .none, .path, .constant: break
                    }
                    return RawRecord.absent
                })
            guard let problem else { continue }
            errors.append(
                ImportMapError(
                    file: layout.map, line: layout.lines[column], key: "fields.\(columns[column].name)",
                    problem: problem.text, wayOut: problem.wayOut))
        }
        guard errors.isEmpty else { throw ImportMapErrors(errors: errors) }
        self.positions = positions
    }
}

/// A file whose first line does not name the columns it should; nothing of it is imported.
public struct CSVHeaderError: Error, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    let expected: [ImportColumn]
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

    static func list(_ names: [String]) -> String {
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
