import Shop

/// What was read and counted, before any profile is made.
struct CleanedShop: Sendable {
    let catalogue: ShopCatalogue
    let customers: ShopCustomers
    let histories: [CustomerHistory]
    let counts: CleaningCounts
    /// `nil` when no event was kept.
    let lastEvent: Timestamp?
}

/// Everything that one run of the job has found.
struct ProfileBuild: Sendable {
    let catalogue: ShopCatalogue
    let counts: CleaningCounts
    let asOf: Timestamp
    let profiles: [CustomerProfile]
    let segmentation: Segmentation

    /// Makes profiles and segments; pure and, for the same seed, always with the same outcome.
    ///
    /// - Parameters:
    ///   - check: called often; what it throws ends the work.
    /// - Throws: ``NothingToProfile`` when no purchase is left.
    init(_ shop: CleanedShop, search: SegmentSearch, check: () throws -> Void = {}) throws {
        guard let asOf = shop.lastEvent, !shop.histories.isEmpty else { throw NothingToProfile(counts: shop.counts) }
        profiles = shop.histories.map { CustomerProfile($0, customers: shop.customers, asOf: asOf) }
        try check()
        segmentation = try findSegments(profiles, catalogue: shop.catalogue, search: search, check: check)
        catalogue = shop.catalogue
        counts = shop.counts
        self.asOf = asOf
    }
}

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
