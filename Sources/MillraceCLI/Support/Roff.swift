/// Text in the language of manual pages, with the macros of man(7).
struct Roff {
    private(set) var text = ""
    /// Right after a heading or a tag a paragraph has begun already.
    private var hasBegunParagraph = true

    /// Longest line of source; mandoc's lint wants at most 80 bytes.
    private static let width = 78

    /// `.SH`, a section.
    mutating func section(_ title: String) { heading("SH", title) }

    /// `.SS`, a section within a section.
    mutating func subsection(_ title: String) { heading("SS", title) }

    /// `.TH`, the first line of a page.
    mutating func title(_ name: String, section: String, date: String, source: String, manual: String) {
        text += ".TH \(name) \(section) \(date) \"\(source)\" \"\(manual)\"\n"
    }

    /// A paragraph of plain text; what stands between backticks becomes bold.
    mutating func paragraph(_ plain: String) {
        paragraph(markup: Self.prose(plain))
    }

    /// A paragraph of text that is markup already.
    mutating func paragraph(markup: String) {
        beginParagraph()
        write(wrapping: markup)
        hasBegunParagraph = false
    }

    /// A tag with the text that explains it, indented.
    mutating func entry(tag: String, _ plain: String) {
        text += ".TP\n\(tag)\n"
        write(wrapping: Self.prose(plain))
        hasBegunParagraph = false
    }

    /// Lines that stand as they are.
    mutating func literal(_ lines: [String]) {
        beginParagraph()
        text += ".RS 4\n.EX\n"
        for line in lines { text += Self.protected(Self.folded(Self.code(line))) + "\n" }
        text += ".EE\n.RE\n"
        hasBegunParagraph = false
    }

    private mutating func heading(_ macro: String, _ title: String) {
        text += ".\(macro) \"\(Self.code(title))\"\n"
        hasBegunParagraph = true
    }

    private mutating func beginParagraph() {
        if !hasBegunParagraph { text += ".PP\n" }
        hasBegunParagraph = true
    }

    /// Each sentence begins a line, as roff wants it to set the space between them.
    private mutating func write(wrapping markup: String) {
        var line = ""
        for word in markup.split(separator: " ") {
            let endsSentence = line.hasSuffix(".") && word.first?.isUppercase == true
            if !line.isEmpty, endsSentence || line.utf8.count + 1 + word.utf8.count > Self.width {
                text += Self.protected(line) + "\n"
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { text += Self.protected(line) + "\n" }
    }
}

extension Roff {
    /// Text to be typed, in bold.
    static func bold(_ plain: String) -> String { "\\fB\(whole(plain))\\fR" }

    /// Text that stands for something else, in italics.
    static func italic(_ plain: String) -> String { "\\fI\(whole(plain))\\fR" }

    /// Words that are never divided at the end of a line.
    private static func whole(_ plain: String) -> String {
        code(plain).split(separator: " ").map { "\\%" + $0 }.joined(separator: " ")
    }

    /// Text to be read; apostrophes may be set as such.
    static func prose(_ plain: String) -> String {
        plain.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? escaped($0.element, typewriter: false) : bold(String($0.element)) }
            .joined()
    }

    /// Text to be typed: no character may turn into a prettier one.
    static func code(_ plain: String) -> String { escaped(Substring(plain), typewriter: true) }

    private static func escaped(_ plain: Substring, typewriter: Bool) -> String {
        var escaped = ""
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "~": escaped += "\\(ti"
            case "^": escaped += "\\(ha"
            case "\"": escaped += "\\(dq"
            case "'" where typewriter: escaped += "\\(aq"
            case "`": escaped += "\\(ga"
            case _ where scalar.isASCII: escaped.unicodeScalars.append(scalar)
            default: escaped += "\\[u" + String(repeating: "0", count: max(0, 4 - scalar.hex.count)) + scalar.hex + "]"
            }
        }
        return escaped
    }

    /// A line that begins with `.` or `'` would be taken for a command.
    private static func protected(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    /// A long line over several lines of source, each but the last ending in a backslash, at places outside of escapes.
    private static func folded(_ line: String) -> String {
        var folded = "", length = 0
        for character in line {
            if length >= width - 10, character == " " || character == "," {
                folded += "\(character)\\\n"
                length = 0
            } else {
                folded.append(character)
                length += 1
            }
        }
        return folded
    }
}

extension Unicode.Scalar {
    fileprivate var hex: String { String(value, radix: 16, uppercase: true) }
}
