import Analytics
import Shop

/// What an incremental build has found of the customers with new events.
///
/// Their records are made of all their events, old and new, and so are those of a full build. Models and segments are those
/// of the last full build: each customer goes to the nearest centroid.
struct IncrementalBuild: Sendable {
    let plan: BuildPlan
    let base: BuildPlan.Base
    let counts: CleaningCounts
    let asOf: Timestamp
    let profiles: [CustomerProfile]
    let outlooks: [LifetimeOutlook?]
    /// From 1.
    let segments: [Int]
    let table: FeatureTable
    let lifetime: LifetimeModel
    /// How many segments the last full build has.
    let segmentCount: Int

    /// - Parameters:
    ///   - measures: of the customers with new events who have a purchase, their shares in the kept model's categories.
    ///   - check: called often; what it throws ends the work.
    init(
        _ measures: [CustomerMeasures], kept: KeptBuild, base: BuildPlan.Base, tally: ShardTally, plan: BuildPlan,
        check: () throws -> Void = {}
    ) throws {
        let asOf = max(kept.asOf, tally.lastEvent ?? kept.asOf)
        let profiles = measures.map { CustomerProfile($0, asOf: asOf) }
        outlooks = try kept.lifetime.outlooks(
            of: profiles, asOf: asOf, horizonDays: plan.arguments.horizonDays, check: check)
        table = try FeatureTable(profiles, categories: kept.model.categories, model: kept.model)
        segments =
            profiles.isEmpty
            ? [] : try assign(try table.points, to: kept.centroids).labels.map { Int($0) + 1 }
        lifetime = kept.lifetime
        segmentCount = kept.centroids.rows
        self.plan = plan
        self.base = base
        counts = tally.counts
        self.asOf = asOf
        self.profiles = profiles
    }
}

/// What an incremental build changes.
struct RefreshFigures: Sendable, Equatable, Codable {
    /// The build whose profiles it changes.
    let build: Int64
    /// Profiles written.
    let written: Int
    /// Customers that had a profile and have no purchase left.
    let removed: Int
    /// Customers that go to another segment.
    let moved: Int
    /// Customers with a profile afterwards.
    let customers: Int
}
