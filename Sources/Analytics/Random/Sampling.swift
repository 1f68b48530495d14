extension SeededGenerator {
    /// Puts the elements in random order, every order equally likely (Fisher and Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, integer(below: last + 1))
        }
    }

    /// `count` different indices of 0..<population in ascending order, every subset equally likely; all of them when
    /// `count` is not less than `population`.
    ///
    /// - Source: Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S.
    public mutating func sample(_ count: Int, of population: Int) -> [Int] {
        guard count < population else { return Array(0..<max(0, population)) }
        var chosen: [Int] = []
        chosen.reserveCapacity(max(0, count))
        var index = 0
        while chosen.count < count {
            if Double(population - index) * uniform() < Double(count - chosen.count) { chosen.append(index) }
            index += 1
        }
        return chosen
    }
}
