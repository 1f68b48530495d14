import Logging
import Millrace
import Postgres
import Shop

/// Ends a sharded build: fits what concerns all customers, and switches the profiles over, all at once.
struct FinishProfiles: Plugin {
    static let name = "profile-rebuild.finish"
    static let summary = "A step of profile-rebuild: finds segments and puts the new profiles in the place of the old."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self, describing: ["build": .init("Id of the job that planned the build.")])
    static let defaults = JobDefaults(timeout: .seconds(3600), backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let build: Int64
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let plan = try await job.database.plan(of: job.arguments.build)
        var tally = ShardTally(counts: plan.guestCounts)
        let outcomes = try await job.parentResults(as: ReadShard.Outcome.self)
        for outcome in outcomes { tally.add(outcome.tally) }
        let staged = outcomes.reduce(0) { $0 + $1.customers }
        job.progress(0, of: staged, "reading staged profiles")
        let kept: KeptBuild? = if let base = plan.base { try await job.database.keptBuild(base.build) } else { nil }
        let (measures, categories) = try await job.database.transaction(.repeatableRead, readOnly: true) {
            let categories =
                if let kept { kept.model.categories } else { try await $0.largestCategories(of: plan.build) }
            return (try await $0.measures(of: plan.build, categories: categories), categories)
        }
        guard measures.count == staged else {
            throw PermanentFailure(
                StagedRowsGone(build: plan.build, expected: staged, found: measures.count).description)
        }
        if let base = plan.base, let kept {
            try await finishIncremental(
                job, plan: plan, base: base, kept: kept, measures: measures, tally: tally, staging: nil)
        } else {
            try await finishFull(
                job, plan: plan, measures: measures, categories: categories, tally: tally, staging: nil)
        }
    }
}

/// Fits a full build and completes the job with it.
///
/// - Parameter staging: rows that are not staged yet, where the planner does everything itself.
func finishFull<Arguments>(
    _ job: JobContext<Arguments>, plan: BuildPlan, measures: [CustomerMeasures], categories: LargestCategories,
    tally: ShardTally, staging: StagedLines?
) async throws {
    job.progress(0, of: measures.count, "finding segments of \(measures.count) customers")
    let build: FullBuild
    do {
        build = try FullBuild(
            measures, categories: categories, tally: tally, plan: plan, check: job.checkCancellation)
    } catch let nothing as NothingToProfile {
        throw PermanentFailure(nothing.description)
    }
    job.logFindings(of: build)
    // Another build may end between the comparison with the last one and the lock; then it is compared with that one.
    while true {
        try job.checkCancellation()
        job.progress(measures.count, of: measures.count, "writing \(build.profiles.count) profiles")
        let (version, previous): (PreviousBuild.Version?, PreviousBuild?) = try await job.database.transaction(
            .repeatableRead, readOnly: true
        ) {
            guard let version = try await $0.currentVersion() else { return (nil, nil) }
            return (version, try await $0.previousBuild(version))
        }
        let comparison = SegmentComparison(build, previous: previous)
        do {
            return try await job.complete(result: ProfileRebuildResult(build, comparison)) { transaction in
                if let staging {
                    try await transaction.keep(plan)
                    try await transaction.stage(staging)
                }
                try await transaction.write(build, comparison, since: version)
            }
        } catch is BuildReplaced {
            job.log.info("another build has ended meanwhile; comparing with that one")
        }
    }
}

extension JobContext {
    fileprivate func logFindings(of build: FullBuild) {
        let segmentation = build.segmentation
        log.info(
            "found segments",
            metadata: [
                "customers": "\(build.profiles.count)", "segments": "\(segmentation.segments.count)",
                "silhouette": "\(segmentation.silhouette.map { "\($0)" } ?? "none")",
            ])
        if let asked = build.plan.arguments.clusters.number, segmentation.segments.count < asked {
            log.notice(
                "fewer segments than asked for, because there are not so many different customers",
                metadata: ["asked": "\(asked)", "found": "\(segmentation.segments.count)"])
        }
        if let because = build.lifetime.because {
            log.notice("no churn risk and expected value", metadata: ["because": "\(because)"])
        }
    }
}
