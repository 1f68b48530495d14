import CLibPQ

/// The statements prepared on one connection, by text and parameter types; the one unused for longest goes first.
struct PreparedStatements {
    private struct Entry {
        let name: String
        let types: [Oid]
        var lastUse: UInt64
    }

    private let limit: Int
    private var entriesByText: [String: [Entry]] = [:]
    private var clock: UInt64 = 0
    private(set) var count = 0

    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// The name of a statement prepared for this text and for types that fit the arguments.
    mutating func name(for text: String, _ arguments: Arguments) -> String? {
        // Looked up once: the text is long, and this is done for every statement.
        guard let place = entriesByText.index(forKey: text),
            let index = entriesByText.values[place].firstIndex(where: { arguments.fit($0.types) })
        else { return nil }
        clock += 1
        entriesByText.values[place][index].lastUse = clock
        return entriesByText.values[place][index].name
    }

    /// A name no statement of this connection has had before.
    mutating func nextName() -> String {
        clock += 1
        return "millrace_\(clock)"
    }

    mutating func insert(_ name: String, for text: String, _ types: [Oid]) {
        clock += 1
        entriesByText[text, default: []].append(Entry(name: name, types: types, lastUse: clock))
        count += 1
    }

    /// Forgets every variant of a text and returns their names.
    mutating func forget(_ text: String) -> [String] {
        let names = entriesByText.removeValue(forKey: text)?.map(\.name) ?? []
        count -= names.count
        return names
    }

    /// Forgets what is unused for longest until there is room for one more, and returns the names.
    mutating func makeRoom() -> [String] {
        var names: [String] = []
        while count >= limit {
            let oldest = entriesByText.min { first, second in
                (first.value.map(\.lastUse).min() ?? .max) < (second.value.map(\.lastUse).min() ?? .max)
            }
            guard let oldest else { return names }
            names += forget(oldest.key)
        }
        return names
    }
}
