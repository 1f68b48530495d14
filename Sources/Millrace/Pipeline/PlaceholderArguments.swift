import Postgres

extension ArgumentSchema {
    /// What is wrong with arguments whose texts may hold placeholders.
    ///
    /// What will stand in the place of a placeholder is not known yet, so an argument that holds one is asked for its name
    /// only.
    func problems(withPlaceholders arguments: JSONText, plugin: String) -> [ArgumentProblem] {
        let members = JSONValue.normalForm(arguments).members ?? []
        let filledLater = Set(members.filter { $0.value.hasPlaceholder }.map(\.key))
        do {
            try check(JSONValue.normalForm(arguments).withoutEscapes.text, plugin: plugin)
            return []
        } catch {
            return error.problems.filter { problem in
                guard !filledLater.isEmpty else { return true }
                guard let name = problem.path.components.first else { return false }
                return !filledLater.contains(name) || isRefused(name)
            }
        }
    }

    /// Whether there is no such argument and none that is not named may be given.
    private func isRefused(_ name: String) -> Bool {
        !names.contains(name) && root["additionalProperties"] == false
    }
}

extension JSONValue {
    fileprivate var hasPlaceholder: Bool {
        texts().contains { place in
            let text = PlaceholderText(place.text)
            return !text.placeholders.isEmpty || !text.problems.isEmpty
        }
    }

    /// The value with `${` for each `$${` in texts that hold no placeholder.
    fileprivate var withoutEscapes: JSONValue {
        switch self {
        case .null, .bool, .number: self
        case .string(let text): hasPlaceholder ? self : .string(PlaceholderText(text).plain)
        case .array(let elements): .array(elements.map(\.withoutEscapes))
        case .object(let members): .object(members.map { JSONMember($0.key, $0.value.withoutEscapes) })
        }
    }
}
