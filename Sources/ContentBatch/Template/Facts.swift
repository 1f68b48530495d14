/// What a message may say: texts by name, and lists of such.
///
/// Every fact comes from data. A text that is empty counts as missing.
public struct Facts: Sendable, Equatable {
    /// Texts by the name of their slot.
    public var texts: [String: String]
    /// Rows of a list by its name; each row is texts by name.
    public var lists: [String: [[String: String]]]

    /// Facts by their names.
    public init(texts: [String: String] = [:], lists: [String: [[String: String]]] = [:]) {
        self.texts = texts
        self.lists = lists
    }
}
