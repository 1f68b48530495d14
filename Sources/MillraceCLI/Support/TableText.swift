import Foundation
import Millrace

/// A listing as an aligned table. Columns that are empty in every row are left out.
struct TableText {
    let text: String

    init(_ listing: Listing) {
        let shown = listing.columns.indices.filter { column in
            column == 0 || listing.rows.contains { $0[column] != nil }
        }
        let cells = listing.rows.map { row in
            shown.map { Self.cell(row[$0], listing.columns[$0].kind) }
        }
        let headings = shown.map { listing.columns[$0].name.replacingOccurrences(of: "_", with: " ") }
        let widths = shown.indices.map { column in
            ([headings[column]] + cells.map { $0[column] }).map(Self.displayWidth).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var parts: [String] = []
            for (position, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[position] - Self.displayWidth(cell))
                let isRightAligned = [.number, .duration].contains(listing.columns[shown[position]].kind)
                let isLast = position == cells.count - 1
                parts.append(isRightAligned ? padding + cell : cell + (isLast ? "" : padding))
            }
            return parts.joined(separator: "  ")
        }
        text = ([line(headings)] + cells.map(line)).joined(separator: "\n")
    }

    /// One row, a line for each column that is not empty.
    static func record(_ listing: Listing) -> String {
        guard let row = listing.rows.first else { return "" }
        let shown = listing.columns.indices.filter { !(row[$0] ?? "").isEmpty }
        let width = shown.map { listing.columns[$0].name.count }.max() ?? 0
        return shown.map { index in
            let name = listing.columns[index].name.replacingOccurrences(of: "_", with: " ")
            return name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                + cell(row[index], listing.columns[index].kind, longest: .max)
        }.joined(separator: "\n")
    }

    private static func cell(_ value: String?, _ kind: Listing.Kind, longest: Int = 100) -> String {
        guard let value else { return "" }
        switch kind {
        case .time: return String(value.prefix(19)).replacingOccurrences(of: "T", with: " ")
        case .duration: return Double(value).map(durationText) ?? value
        case .text, .json, .number:
            let oneLine = value.split(whereSeparator: \.isNewline).joined(separator: " ")
            return oneLine.count > longest ? oneLine.prefix(longest - 1) + "…" : oneLine
        }
    }

    /// `0.25 s`, `12.3 s`, `4 m 05 s`, `3 h 20 m`, `2 d 4 h`.
    static func durationText(_ seconds: Double) -> String {
        switch seconds {
        case ..<10: return String(format: "%.2f s", seconds)
        case ..<60: return String(format: "%.1f s", seconds)
        case ..<3600: return String(format: "%d m %02d s", Int(seconds) / 60, Int(seconds) % 60)
        case ..<86400: return String(format: "%d h %02d m", Int(seconds) / 3600, Int(seconds) / 60 % 60)
        default: return "\(Int(seconds) / 86400) d \(Int(seconds) / 3600 % 24) h"
        }
    }

    /// Columns that a text takes on a terminal: Chinese characters take two.
    static func displayWidth(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { width, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                width + 2
            default: width + (scalar.properties.generalCategory == .nonspacingMark ? 0 : 1)
            }
        }
    }
}
