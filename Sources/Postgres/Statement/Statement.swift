/// SQL text that is part of the program.
///
/// It is made from a literal only: interpolation does not compile, so a value can reach the server
/// as a parameter (`$1`) and in no other way.
public struct Statement: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The SQL as it is sent.
    public let text: String

    /// Takes the SQL from a literal.
    public init(stringLiteral: StaticString) {
        text = stringLiteral.description
    }

    /// Takes SQL that ships as a file with the program, such as a migration. Never user input.
    public init(file text: String) {
        self.text = text
    }

    /// The SQL on one line, shortened to 200 characters, as error messages show it.
    public var description: String {
        Statement.excerpt(text)
    }

    /// White space folded into single blanks, cut after 200 characters.
    static func excerpt(_ text: String) -> String {
        var excerpt = ""
        var length = 0
        for word in text.split(whereSeparator: \.isWhitespace) {
            if length > 0 {
                excerpt.append(" ")
                length += 1
            }
            for character in word {
                if length == 199 { return excerpt + "…" }
                excerpt.append(character)
                length += 1
            }
        }
        return excerpt
    }
}
