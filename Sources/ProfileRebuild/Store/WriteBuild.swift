import Analytics
import Foundation
import Millrace
import Postgres
import Shop

// Two builds may end at the same time: the second waits, and then sees the first one's rows and replaces them. Readers
// are not kept out; they see the old profiles until the commit.
private let lockStatement: Statement = "LOCK TABLE shop.profile IN SHARE ROW EXCLUSIVE MODE"

private let forgetBuildStatement: Statement = "DELETE FROM shop.profile_build WHERE id = $1"

private let buildStatement: Statement = """
    INSERT INTO shop.profile_build
        (id, as_of, events_read, events_kept, dropped, customers, clusters, silhouette, features, half_life_days,
        horizon_days, watermark, cluster_id, model, lifetime)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::pg_snapshot, $13, $14, $15)
    """

private let segmentStatement: Statement = """
    INSERT INTO shop.segment (build_id, segment, name, description, customers, share, averages, traits, stage)
    SELECT $1, * FROM unnest($2::smallint[], $3::text[], $4::text[], $5::integer[], $6::float8[], $7::jsonb[], $8::jsonb[],
        $9::text[])
    """

private let emptyStatement: Statement = "DELETE FROM shop.profile"

extension Transaction {
    /// Writes a build whose rows are staged, and puts its profiles in the place of all others.
    ///
    /// A build of the same id, left over from another life of the queue, goes.
    ///
    /// - Throws: ``StagedRowsGone``.
    func write(_ build: FullBuild) async throws {
        let plan = build.plan
        let segmentation = build.segmentation
        try await execute(lockStatement)
        try await execute(forgetBuildStatement, plan.build)
        try await execute(
            buildStatement, plan.build, build.asOf.date, build.counts.read, build.counts.kept,
            try JSONText(encoding: build.counts.byName), build.profiles.count, segmentation.segments.count,
            segmentation.silhouette, segmentation.table.features.map(\.name), plan.arguments.halfLifeDays,
            plan.arguments.horizonDays, plan.snapshot, plan.clusterID, try JSONText(encoding: segmentation.table.model),
            try JSONText(encoding: build.lifetime))
        try await write(segmentation.segments, of: plan.build)
        try await execute(emptyStatement)
        try await write(
            FoundProfiles(
                stage: plan.build, build: plan.build, asOf: build.asOf, profiles: build.profiles,
                outlooks: build.outlooks, segments: segmentation.numbers, table: segmentation.table))
        try await forgetPlans([plan.build])
    }

    private func write(_ segments: [CustomerSegment], of build: Int64) async throws {
        try await execute(
            segmentStatement, build, segments.map { Int16($0.number) }, segments.map(\.name),
            segments.map(\.description), segments.map { Int32($0.customers) }, segments.map(\.share),
            try segments.map { try JSONText(encoding: $0.averages.mapValues(shortened)) },
            try segments.map { segment in
                try JSONText(
                    encoding: segment.traits.map {
                        SegmentTrait(feature: $0.feature, z: shortened($0.z), text: $0.text)
                    })
            }, segments.map(\.stage.rawValue))
    }
}

/// Four decimals: enough for people, and short in JSON.
func shortened(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
