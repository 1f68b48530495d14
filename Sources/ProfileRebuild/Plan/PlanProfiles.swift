import Logging
import Millrace
import Postgres

/// Cleans the shop's events, makes a profile of every customer who bought something, and finds segments.
///
/// Reads `shop.event` as of one snapshot, and `shop.item` and `shop.customer`; writes `shop.profile_build`, `shop.segment`
/// and `shop.profile` in one transaction, so that a build is there whole or not at all. Little data are worked on by this
/// job alone; many are cut into shards of customers, each a job.
struct PlanProfiles: Plugin {
    typealias Arguments = ProfileRebuildArguments

    /// What the job itself returns when it hands over; the build's result is that of the job that ends it.
    struct Planned: Codable, Sendable {
        let build: Int64
        let events: Int
        let shards: Int
    }

    static let name = "profile-rebuild"
    static let summary = "Cleans events, profiles customers, and groups them into segments with plain names."
    static let arguments = ProfileRebuildArguments.schema
    static let defaults = JobDefaults(timeout: .seconds(3600))

    func run(_ job: JobContext<Arguments>) async throws {
        _ = try job.arguments.search
        let plan = try await job.database.makePlan(job.arguments, job: job.id)
        let abandoned = try await job.database.abandonedPlans()
        if let because = plan.fullBecause {
            job.log.notice("a full build in place of an incremental one", metadata: ["because": "\(because)"])
        }
        let shards = plan.shards
        guard shards > 1 else {
            if !abandoned.isEmpty { try await job.database.forgetPlans(abandoned) }
            return try await buildAlone(job, plan)
        }
        let children = try await job.database.shardRanges(of: plan).map {
            try JobRequest(ReadShard.self, .init(build: plan.build, customers: $0))
        }
        let finish = try JobRequest(FinishProfiles.self, .init(build: plan.build))
        job.log.info("planned", metadata: ["events": "\(plan.events)", "shards": "\(children.count)"])
        let planned = Planned(build: plan.build, events: plan.events, shards: children.count)
        try await job.complete(result: planned, spawning: children, then: finish) { transaction in
            try await transaction.forgetPlans(abandoned)
            try await transaction.keep(plan)
        }
    }

    private func buildAlone(_ job: JobContext<Arguments>, _ plan: BuildPlan) async throws {
        let (read, records) = try await job.database.transaction(.repeatableRead, readOnly: true) { transaction in
            var records: [CustomerRecord] = []
            let tally = try await transaction.readRecords(.all, of: plan) { read in
                try job.checkCancellation()
                job.progress(read, of: plan.events, "reading events")
            } take: {
                records += $0
            }
            return (tally, records)
        }
        var tally = ShardTally(counts: plan.guestCounts)
        tally.add(read)
        job.log.info("cleaned events", metadata: ["read": "\(tally.counts.read)", "kept": "\(tally.counts.kept)"])
        var staging = StagedLines(build: plan.build)
        for record in records { staging.add(record) }
        if let base = plan.base {
            let kept = try await job.database.keptBuild(base.build)
            let categories = kept.model.categories
            return try await finishIncremental(
                job, plan: plan, base: base, kept: kept,
                measures: records.map { CustomerMeasures($0, categories: categories) }, tally: tally, staging: staging)
        }
        let categories = LargestCategories(records)
        try await finishFull(
            job, plan: plan, measures: records.map { CustomerMeasures($0, categories: categories) },
            categories: categories, tally: tally, staging: staging)
    }
}
