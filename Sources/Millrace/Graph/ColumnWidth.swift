extension Character {
    /// Columns that the character takes on a terminal: 2 for Chinese, Japanese, Korean and emoji, 0 for what only marks
    /// or controls, else 1.
    var columns: Int {
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        return unicodeScalars.lazy.map(Self.columns(of:)).max() ?? 0
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format, .control, .surrogate: return 0
            default: return 1
            }
        }
    }
}

extension String {
    /// Columns that the text takes on a terminal.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text on one line, without anything that would move a terminal's cursor or turn the direction of writing.
    var onOneLine: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ").filter { $0.columns > 0 }
    }

    /// The text with spaces after it.
    func filled(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

    /// The text when it takes at most so many columns, else its beginning and a sign that something is missing.
    func shortened(to width: Int, sign: Character = "…") -> String {
        guard columns > width else { return self }
        var text = ""
        var room = width - sign.columns
        for character in self {
            room -= character.columns
            guard room >= 0 else { break }
            text.append(character)
        }
        return text + String(sign)
    }
}
