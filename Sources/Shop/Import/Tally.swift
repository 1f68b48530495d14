/// Counts how often each of a few values occurs; made for a handful of distinct ones.
struct Tally<Value: Equatable & Sendable>: Sendable {
    /// Which of several equally frequent values wins, by when it was first seen.
    enum Tie {
        case first, last
    }

    private var counts: [(value: Value, count: Int32)] = []

    mutating func count(_ value: Value) {
        for index in counts.indices where counts[index].value == value {
            counts[index].count += 1
            return
        }
        counts.append((value, 1))
    }

    func mostFrequent(_ tie: Tie) -> Value? {
        var best: (value: Value, count: Int32)?
        for entry in counts {
            guard let leader = best else {
                best = entry
                continue
            }
            if entry.count > leader.count || tie == .last && entry.count == leader.count { best = entry }
        }
        return best?.value
    }
}
