/// Splits a template into texts, slots and lists.
struct TemplateParser {
    private var rest: Substring
    private let part: String
    private var line = 1

    init(source: String, part: String) {
        rest = source[...]
        self.part = part
    }

    mutating func parse() throws(TemplateError) -> [Template.Piece] {
        try pieces(inList: nil)
    }

    /// Reads up to the end, or up to the `{{/each}}` of the list that began on that line.
    private mutating func pieces(inList listLine: Int?) throws(TemplateError) -> [Template.Piece] {
        var pieces: [Template.Piece] = []
        while let open = rest.firstRange(of: "{{") {
            append(rest[..<open.lowerBound], to: &pieces)
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else {
                throw TemplateError(part: part, line: line, problem: .unclosedSlot)
            }
            let tag = rest[..<close.lowerBound].trimmingPrefix { $0 == " " }
            let content = String(tag.reversed().drop { $0 == " " }.reversed())
            rest = rest[close.upperBound...]
            if content == "/each" || content.hasPrefix("#each ") { dropLineBreakAfterTag(endsLine(pieces)) }
            if content == "/each" {
                guard listLine != nil else { throw TemplateError(part: part, line: line, problem: .unbalancedList) }
                return pieces
            } else if content.hasPrefix("#each ") {
                guard listLine == nil else { throw TemplateError(part: part, line: line, problem: .nestedList) }
                let began = line
                let name = try name(String(content.dropFirst("#each ".count)))
                pieces.append(.list(name, line: began, try self.pieces(inList: began)))
            } else {
                pieces.append(.slot(try name(content), line: line))
            }
        }
        if let listLine { throw TemplateError(part: part, line: listLine, problem: .unbalancedList) }
        append(rest, to: &pieces)
        rest = ""
        return pieces
    }

    /// Whether nothing stands before the tag on its line.
    private func endsLine(_ pieces: [Template.Piece]) -> Bool {
        switch pieces.last {
        case .text(let text): text.last?.isNewline ?? true
        case .slot, .list: false
        case nil: true
        }
    }

    /// The tags of a list that stand alone on a line leave no empty line behind.
    private mutating func dropLineBreakAfterTag(_ startsLine: Bool) {
        guard startsLine, rest.first?.isNewline == true else { return }
        rest = rest.dropFirst()
        line += 1
    }

    private mutating func append(_ text: Substring, to pieces: inout [Template.Piece]) {
        line += text.count { $0.isNewline }
        if !text.isEmpty { pieces.append(.text(String(text))) }
    }

    private func name(_ text: String) throws(TemplateError) -> String {
        let isName =
            text.first?.isLetter == true
            && text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_" || $0 == ".") }
        guard isName else { throw TemplateError(part: part, line: line, problem: .badName(text)) }
        return text
    }
}
