/// There is no event, or none that makes a profile.
struct NothingToProfile: Error, CustomStringConvertible {
    let counts: CleaningCounts

    var description: String {
        guard counts.read > 0 else {
            return "there are no events  →  import the shop's events first (millrace import --help)"
        }
        let dropped = counts.byName.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let reasons = dropped.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "none of \(counts.read) events is a purchase that counts"
            + (reasons.isEmpty ? "" : " (dropped: \(reasons))")
            + "  →  check that the import brought purchases of known customers and products"
    }
}
