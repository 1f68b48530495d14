import Logging
import Millrace
import Postgres

/// Puts customers with new events into the last build's segments and completes the job with them.
///
/// - Parameters:
///   - measures: their shares are in the kept model's categories.
///   - staging: rows that are not staged yet, where the planner does everything itself.
func finishIncremental<Arguments>(
    _ job: JobContext<Arguments>, plan: BuildPlan, base: BuildPlan.Base, kept: KeptBuild,
    measures: [CustomerMeasures], tally: ShardTally, staging: StagedLines?
) async throws {
    let build = try IncrementalBuild(
        measures, kept: kept, base: base, tally: tally, plan: plan, check: job.checkCancellation)
    let figures = try await job.database.figures(of: build)
    job.log.info(
        "judged customers with new events",
        metadata: ["written": "\(figures.written)", "removed": "\(figures.removed)", "moved": "\(figures.moved)"])
    job.progress(measures.count, of: measures.count, "writing \(measures.count) profiles")
    do {
        try await job.complete(result: ProfileRebuildResult(build, figures)) { transaction in
            if let staging {
                try await transaction.keep(plan)
                try await transaction.stage(staging)
            }
            try await transaction.write(build, figures)
        }
    } catch is BuildReplaced {
        throw PermanentFailure(
            "another build has ended since this one was planned on build \(base.build)  →  run it again: `millrace run "
                + "profile-rebuild --args '{\"mode\": \"incremental\"}'`")
    }
}
