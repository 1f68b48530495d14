/// What is wrong with a template, or with the facts for it.
public struct TemplateError: Error, Equatable, CustomStringConvertible {
    /// The kinds of it.
    public enum Problem: Equatable, Sendable {
        /// `{{` without `}}`.
        case unclosedSlot
        /// A slot whose name is no name.
        case badName(String)
        /// `{{#each x}}` without `{{/each}}`, or the other way round.
        case unbalancedList
        /// A list within a list.
        case nestedList
        /// A slot for which there is no fact, or an empty one.
        case missing(slot: String)
        /// A list where a text was wanted, or the other way round.
        case wrongKind(slot: String)
    }

    /// The part of the message: subject, text or html.
    public let part: String
    /// The line of that part, from 1.
    public let line: Int
    /// What is wrong.
    public let problem: Problem

    /// Where, what, and the way out.
    public var description: String {
        switch problem {
        case .unclosedSlot: "\(part):\(line): \"{{\" is never closed  →  end the slot by \"}}\""
        case .badName(let name):
            "\(part):\(line): \"\(name)\" is no name of a slot  →  use lower-case letters, digits, _ and . such as item.title"
        case .unbalancedList: "\(part):\(line): a list is not closed  →  pair each {{#each items}} with {{/each}}"
        case .nestedList: "\(part):\(line): a list stands in a list  →  close the outer one first"
        case .missing(let slot): "no data for slot \"\(slot)\" (\(part):\(line))"
        case .wrongKind(let slot): "slot \"\(slot)\" is used both as a text and as a list (\(part):\(line))"
        }
    }
}
