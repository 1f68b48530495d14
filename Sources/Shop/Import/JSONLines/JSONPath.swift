/// The way to a value within a JSON object: `sku`, `product.id`, `lines[0].sku`, `["a.b"].c`.
struct JSONPath: Sendable, Hashable {
    /// A key of an object, or the place in a list, counted from 0.
    enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    let steps: [Step]

    /// One key of the object itself, whatever signs it has.
    init(key: String) {
        steps = [.key(key)]
    }

    /// Reads a path; `nil` if the text is none.
    init?(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let step = Self.bracket(&rest) else { return nil }
                steps.append(step)
            } else {
                if !steps.isEmpty {
                    guard rest.popFirst() == "." else { return nil }
                }
                let key = rest.prefix { $0 != "." && $0 != "[" }
                guard !key.isEmpty else { return nil }
                steps.append(.key(String(key)))
                rest = rest.dropFirst(key.count)
            }
        }
        // Each line is an object, so the way cannot begin in a list.
        guard case .key = steps.first else { return nil }
        self.steps = steps
    }

    /// `[12]` or `["key"]`, where a quote within the key is written `\"`.
    private static func bracket(_ rest: inout Substring) -> Step? {
        rest = rest.dropFirst()
        if rest.first == "\"" {
            rest = rest.dropFirst()
            var key = ""
            while let character = rest.popFirst() {
                if character == "\\" {
                    guard let escaped = rest.popFirst() else { return nil }
                    key.append(escaped)
                } else if character == "\"" {
                    return rest.popFirst() == "]" ? .key(key) : nil
                } else {
                    key.append(character)
                }
            }
            return nil
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        guard let index = Int(digits), rest.popFirst() == "]" else { return nil }
        return .index(index)
    }
}
