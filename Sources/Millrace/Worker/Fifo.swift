/// First in, first out, by two stacks: what is taken leaves nothing behind that would have to be cleared away later.
struct Fifo<Element> {
    /// In reverse, so that the first is taken from the end.
    private var outgoing: [Element] = []
    private var incoming: [Element] = []

    var count: Int { outgoing.count + incoming.count }
    var isEmpty: Bool { outgoing.isEmpty && incoming.isEmpty }

    mutating func append(contentsOf elements: [Element]) {
        incoming.append(contentsOf: elements)
    }

    /// The first; nil when there is none.
    mutating func popFirst() -> Element? {
        if outgoing.isEmpty {
            outgoing = incoming.reversed()
            incoming = []
        }
        return outgoing.popLast()
    }

    /// All of them, in any order.
    var elements: [Element] { outgoing + incoming }

    /// The first ones, as many as meet the condition.
    mutating func popFirst(while condition: (Element) -> Bool) -> [Element] {
        outgoing = incoming.reversed() + outgoing
        incoming = []
        var taken: [Element] = []
        while let first = outgoing.last, condition(first) {
            taken.append(first)
            outgoing.removeLast()
        }
        return taken
    }
}
