/// Where a value stands inside a structured one, such as `steps.train.args.factors` or `needs[2]`.
package struct ValuePath: Hashable, Sendable, CustomStringConvertible {
    package private(set) var components: [String]

    package init(_ keys: String...) {
        components = keys
    }

    /// The value of a key inside this one.
    package func key(_ key: String) -> ValuePath {
        var path = self
        path.components.append(key)
        return path
    }

    /// An element of this one, counted from 0.
    package func element(_ index: Int) -> ValuePath {
        key("[\(index)]")
    }

    /// The same place below another one.
    func under(_ parent: ValuePath) -> ValuePath {
        var path = parent
        path.components += components
        return path
    }

    /// What it stands in; nil for the whole.
    package var parent: ValuePath? {
        guard !components.isEmpty else { return nil }
        var path = self
        path.components.removeLast()
        return path
    }

    /// The form in messages; empty for the whole.
    package var description: String {
        components.reduce(into: "") { text, component in
            text += component.hasPrefix("[") || text.isEmpty ? component : "." + component
        }
    }
}
