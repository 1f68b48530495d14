/// The candidate that `text` was most likely meant to be, for a "did you mean".
///
/// Compares without regard to case by the optimal string alignment distance (insert, delete, replace, swap of two
/// neighbours). At most a third of the typed letters may be wrong; of equally close candidates the first in
/// alphabetical order is taken.
package func closestSpelling(of text: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(text.lowercased().unicodeScalars)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates.sorted() {
        let allowed = min(best.map { $0.distance - 1 } ?? Int.max, typed.count / 3)
        let letters = Array(candidate.lowercased().unicodeScalars)
        guard allowed >= 0, abs(letters.count - typed.count) <= allowed else { continue }
        let distance = alignmentDistance(typed, letters)
        if distance <= allowed { best = (distance, candidate) }
    }
    return best?.candidate
}

/// The optimal string alignment distance of two spellings.
private func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    var row = last
    for (i, a) in left.enumerated() {
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a == b ? 0 : 1))
            if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = min(cost, beforeLast[j - 1] + 1) }
            row[j + 1] = cost
        }
        (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[right.count]
}
