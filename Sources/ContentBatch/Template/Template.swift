import Foundation

/// One part of a message with slots: `{{name}}`, and `{{#each items}}…{{item.title}}…{{/each}}`.
///
/// Strict: a slot without data is an error and never an empty text. In HTML the facts are escaped.
public struct Template: Sendable, Equatable {
    /// How facts are written into the text.
    public enum Escaping: Sendable {
        /// As they are.
        case none
        /// `& < > " '` as entities.
        case html
    }

    indirect enum Piece: Sendable, Equatable {
        case text(String)
        case slot(String, line: Int)
        case list(String, line: Int, [Piece])
    }

    private let part: String
    private let escaping: Escaping
    private let pieces: [Piece]

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - part: its name in errors: subject, text or html.
    /// - Throws: ``TemplateError`` with the line.
    public init(_ source: String, part: String, escaping: Escaping = .none) throws(TemplateError) {
        self.part = part
        self.escaping = escaping
        var parser = TemplateParser(source: source, part: part)
        pieces = try parser.parse()
    }

    /// Fills the slots.
    ///
    /// - Throws: ``TemplateError/Problem/missing(slot:)`` when there is no fact for a slot, or no row for a list.
    public func fill(_ facts: Facts) throws(TemplateError) -> String {
        var text = ""
        try fill(pieces, facts.texts, facts.lists, into: &text)
        return text
    }

    private func fill(
        _ pieces: [Piece], _ texts: [String: String], _ lists: [String: [[String: String]]], into text: inout String
    ) throws(TemplateError) {
        for piece in pieces {
            switch piece {
            case .text(let literal):
                text += literal
            case .slot(let name, let line):
                guard let fact = texts[name], !fact.allSatisfy(\.isWhitespace) else {
                    throw TemplateError(part: part, line: line, problem: .missing(slot: name))
                }
                text += escaping == .html ? Self.escaped(fact) : fact
            case .list(let name, let line, let body):
                guard let rows = lists[name], !rows.isEmpty else {
                    throw TemplateError(part: part, line: line, problem: .missing(slot: name))
                }
                for row in rows {
                    try fill(body, texts.merging(row) { _, inner in inner }, [:], into: &text)
                }
            }
        }
    }

    private static func escaped(_ fact: String) -> String {
        var escaped = ""
        for character in fact {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
