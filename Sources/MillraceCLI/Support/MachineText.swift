import Foundation
import Millrace

/// A listing as JSON. Numbers and JSON values stand as such, everything else as strings.
enum JSONLinesText {
    static func array(of listing: Listing) -> String {
        let objects = listing.rows.indices.map { "  " + object(of: listing, row: $0) }
        return objects.isEmpty ? "[]" : "[\n" + objects.joined(separator: ",\n") + "\n]"
    }

    static func object(of listing: Listing, row: Int) -> String {
        let members = zip(listing.columns, listing.rows[row]).map { column, value in
            "\(quoted(column.name)): \(literal(value, column.kind))"
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private static func literal(_ value: String?, _ kind: Listing.Kind) -> String {
        guard let value else { return "null" }
        switch kind {
        case .number, .json, .duration: return value
        case .text, .time: return quoted(value)
        }
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20: quoted += String(format: "\\u%04x", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A listing as CSV (RFC 4180) with a header line.
struct CSVText {
    let text: String

    init(_ listing: Listing) {
        let lines = [listing.columns.map(\.name)] + listing.rows.map { $0.map { $0 ?? "" } }
        text = lines.map { $0.map(Self.field).joined(separator: ",") }.joined(separator: "\r\n")
    }

    private static func field(_ value: String) -> String {
        let needsQuotes = value.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return needsQuotes ? "\"" + value.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : value
    }
}
