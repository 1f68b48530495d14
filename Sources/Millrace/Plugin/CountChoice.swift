/// An argument that is a number of something, or `"auto"` for what the plugin chooses.
package enum CountChoice: Sendable, Hashable, Codable {
    case auto
    case fixed(Int)

    package static let automatic = "auto"

    /// The number; `nil` for `"auto"`.
    package var number: Int? { if case .fixed(let number) = self { number } else { nil } }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Numbers first: a text that is no number is looked at below.
        if let number = try? container.decode(Int.self) {
            self = .fixed(number)
            return
        }
        let text = try container.decode(String.self)
        guard text == Self.automatic else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is neither a number nor \"auto\"")
        }
        self = .auto
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .auto: try container.encode(Self.automatic)
        case .fixed(let number): try container.encode(number)
        }
    }
}
