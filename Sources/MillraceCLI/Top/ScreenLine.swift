/// One line of a screen: text, and how it stands out.
struct ScreenLine: Equatable, Sendable {
    /// How a line stands out.
    enum Style: Sendable {
        case plain, title, heading, focusedHeading, columns, selected, warning
    }

    /// Without control characters, not wider than the screen.
    let text: String
    let style: Style

    init(_ text: String, _ style: Style = .plain, width: Int) {
        self.text = Self.fit(text, width)
        self.style = style
    }

    /// With the sequences that a terminal draws it by.
    var drawn: String {
        switch style {
        case .plain: text
        case .title: "\u{1B}[1m\(text)\u{1B}[0m"
        case .heading: "\u{1B}[1;34m\(text)\u{1B}[0m"
        case .focusedHeading: "\u{1B}[1;7;34m\(text)\u{1B}[0m"
        case .columns: "\u{1B}[2m\(text)\u{1B}[0m"
        case .selected: "\u{1B}[7m\(text)\u{1B}[0m"
        case .warning: "\u{1B}[1;33m\(text)\u{1B}[0m"
        }
    }

    /// The text in so many columns at most. What plugins say must not steer the terminal: control characters are blanks.
    static func fit(_ text: String, _ width: Int) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = [.control, .format, .lineSeparator, .paragraphSeparator]
                .contains(scalar.properties.generalCategory)
            clean.append(isControl ? " " : scalar)
        }
        let line = String(clean)
        guard TableText.displayWidth(line) > width else { return line }
        guard width > 0 else { return "" }
        var cut = ""
        var taken = 0
        for character in line {
            let next = TableText.displayWidth(String(character))
            guard taken + next <= width - 1 else { break }
            cut.append(character)
            taken += next
        }
        return cut + "…"
    }

    /// The text filled up to so many columns.
    static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - TableText.displayWidth(text)))
        return right ? blanks + text : text + blanks
    }
}
