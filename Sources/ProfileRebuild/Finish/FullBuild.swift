import Shop

/// Everything that a full build has found, before it is written.
struct FullBuild: Sendable {
    let plan: BuildPlan
    let counts: CleaningCounts
    let asOf: Timestamp
    let profiles: [CustomerProfile]
    let lifetime: LifetimeModel
    let outlooks: [LifetimeOutlook?]
    let segmentation: Segmentation

    /// Fits what concerns all customers; pure and, for the same seed, always with the same outcome.
    ///
    /// - Parameters:
    ///   - measures: of all customers, ascending by customer.
    ///   - categories: those that the measures' shares are of.
    ///   - tally: what all shards have counted, guests included.
    ///   - check: called often; what it throws ends the work.
    /// - Throws: ``NothingToProfile`` when no purchase is left.
    init(
        _ measures: [CustomerMeasures], categories: LargestCategories, tally: ShardTally, plan: BuildPlan,
        check: () throws -> Void = {}
    ) throws {
        guard let asOf = tally.lastEvent, !measures.isEmpty else { throw NothingToProfile(counts: tally.counts) }
        let profiles = measures.map { CustomerProfile($0, asOf: asOf) }
        try check()
        let arguments = plan.arguments
        lifetime = try LifetimeModel(fitting: profiles, asOf: asOf, seed: arguments.seed, check: check)
        outlooks = try lifetime.outlooks(
            of: profiles, asOf: asOf, horizonDays: arguments.horizonDays, check: check)
        segmentation = try findSegments(
            SegmentedCustomers(
                profiles: profiles, outlooks: outlooks, horizonDays: arguments.horizonDays, categories: categories,
                currency: plan.currency), search: try arguments.search, check: check)
        self.plan = plan
        counts = tally.counts
        self.asOf = asOf
        self.profiles = profiles
    }
}

extension ShardTally {
    /// What several shards have counted together.
    mutating func add(_ other: ShardTally) {
        counts.add(other.counts)
        if let last = other.lastEvent { lastEvent = max(last, lastEvent ?? last) }
    }
}
