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
        horizon_days, watermark, cluster_id, model, lifetime, drift)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::pg_snapshot, $13, $14, $15, $16)
    """

private let segmentStatement: Statement = """
    INSERT INTO shop.segment
        (build_id, segment, name, description, customers, share, averages, traits, stage, identity, name_zh,
        description_zh, parent, centroid)
    SELECT $1, segment, name, description, customers, share, averages, traits, stage, identity, name_zh, description_zh,
        parent, centroid::real[]
    FROM unnest($2::smallint[], $3::text[], $4::text[], $5::integer[], $6::float8[], $7::jsonb[], $8::jsonb[], $9::text[],
            $10::bigint[], $11::text[], $12::text[], $13::smallint[], $14::text[])
        AS new(segment, name, description, customers, share, averages, traits, stage, identity, name_zh, description_zh,
            parent, centroid)
    """

private let groupStatement: Statement = """
    INSERT INTO shop.segment_group (build_id, node, parent, level, height, segments, customers, name, name_zh)
    SELECT $1, node, parent, level, height, segments::smallint[], customers, name, name_zh
    FROM unnest($2::smallint[], $3::smallint[], $4::smallint[], $5::float8[], $6::text[], $7::integer[], $8::text[],
            $9::text[])
        AS new(node, parent, level, height, segments, customers, name, name_zh)
    """

private let historyStatement: Statement = """
    INSERT INTO shop.segment_history
        (build_id, previous_build_id, identity, change, segment, name, customers, previous_segment, origin, overlap, shift)
    SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::smallint[], $6::text[], $7::integer[], $8::smallint[],
        $9::bigint[], $10::float8[], $11::float8[])
    """

private let emptyStatement: Statement = "DELETE FROM shop.profile"

extension Transaction {
    /// Writes a build whose rows are staged, and puts its profiles in the place of all others.
    ///
    /// A build of the same id, left over from another life of the queue, goes.
    ///
    /// - Parameters:
    ///   - comparison: with the build before.
    ///   - version: the build that this was; `nil` if there was none.
    /// - Throws: ``BuildReplaced`` when another build has come between; ``StagedRowsGone``.
    func write(_ build: FullBuild, _ comparison: SegmentComparison, since version: PreviousBuild.Version?) async throws
    {
        let plan = build.plan
        let segmentation = build.segmentation
        try await execute(lockStatement)
        guard try await currentVersion() == version else { throw BuildReplaced() }
        try await execute(forgetBuildStatement, plan.build)
        try await execute(
            buildStatement, plan.build, build.asOf.date, build.counts.read, build.counts.kept,
            try JSONText(encoding: build.counts.byName), build.profiles.count, segmentation.segments.count,
            segmentation.silhouette, segmentation.table.features.map(\.name), plan.arguments.halfLifeDays,
            plan.arguments.horizonDays, plan.snapshot, plan.clusterID, try JSONText(encoding: segmentation.table.model),
            try JSONText(encoding: build.lifetime), try comparison.drift.map { try JSONText(encoding: $0) })
        try await write(segmentation, comparison, of: plan.build)
        try await execute(emptyStatement)
        try await write(
            FoundProfiles(
                stage: plan.build, build: plan.build, asOf: build.asOf, profiles: build.profiles,
                outlooks: build.outlooks, segments: segmentation.numbers, table: segmentation.table))
        try await forgetPlans([plan.build])
    }

    private func write(_ segmentation: Segmentation, _ comparison: SegmentComparison, of build: Int64) async throws {
        let segments = segmentation.segments
        try await execute(
            segmentStatement, build, segments.map { Int16($0.number) }, segments.map(\.name),
            segments.map(\.description), segments.map { Int32($0.customers) }, segments.map(\.share),
            try segments.map { try JSONText(encoding: $0.averages.mapValues(shortened)) },
            try segments.map { try JSONText(encoding: $0.traits.map(\.shortened)) }, segments.map(\.stage.rawValue),
            comparison.changes.prefix(segments.count).map(\.identity), segments.map(\.nameZh),
            segments.map(\.descriptionZh), segmentation.tree.parents.map { $0.map { Int16($0) } },
            segments.indices.map { arrayText(segmentation.centroids[$0]) })
        let groups = segmentation.groups
        try await execute(
            groupStatement, build, groups.map { Int16($0.node) }, groups.map { $0.parent.map { Int16($0) } },
            groups.map { Int16($0.level) }, groups.map(\.height),
            groups.map { "{" + $0.segments.map(\.description).joined(separator: ",") + "}" },
            groups.map { Int32($0.customers) }, groups.map(\.name), groups.map(\.nameZh))
        let changes = comparison.changes
        try await execute(
            historyStatement, build, comparison.drift?.comparedWith, changes.map(\.identity),
            changes.map(\.kind.rawValue), changes.map { $0.segment.map { Int16($0) } }, changes.map(\.name),
            changes.map { Int32($0.customers) }, changes.map { $0.previousSegment.map { Int16($0) } },
            changes.map(\.origin), changes.map(\.overlap), changes.map(\.shift))
    }
}

/// Another build, or an incremental one, has ended since this one was compared with the last.
struct BuildReplaced: Error {}

/// Numbers as PostgreSQL writes an array.
func arrayText(_ values: some Sequence<Float>) -> String {
    "{" + values.map { $0 == 0 ? "0" : $0.description }.joined(separator: ",") + "}"
}

extension SegmentTrait {
    fileprivate var shortened: SegmentTrait {
        SegmentTrait(feature: feature, z: ProfileRebuild.shortened(z), text: text, textZh: textZh)
    }
}

/// Four decimals: enough for people, and short in JSON.
func shortened(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
