import Millrace
import Postgres
import Shop

private let lockStatement: Statement = "LOCK TABLE shop.profile IN SHARE ROW EXCLUSIVE MODE"

/// Profiles of the customers that changed, as they stand, beside what was found of them.
private let figuresStatement: Statement = """
    SELECT count(*) FILTER (WHERE profile.customer_id IS NOT NULL AND found.customer_id IS NULL),
        count(*) FILTER (WHERE profile.segment <> found.segment),
        (SELECT count(*) FROM shop.profile) + count(*) FILTER (WHERE profile.customer_id IS NULL)
            - count(*) FILTER (WHERE found.customer_id IS NULL)
    FROM (
        SELECT * FROM shop.profile
        WHERE customer_id IN (SELECT shop.changed_customers($1::text::pg_snapshot, $2::text::pg_snapshot))
    ) AS profile
    FULL JOIN unnest($3::integer[], $4::smallint[]) AS found(customer_id, segment) USING (customer_id)
    """

private let removeStatement: Statement = """
    DELETE FROM shop.profile
    WHERE customer_id IN (SELECT shop.changed_customers($1::text::pg_snapshot, $2::text::pg_snapshot))
    """

private let moveOnStatement: Statement = """
    UPDATE shop.profile_build
    SET watermark = $2::text::pg_snapshot, as_of = greatest(as_of, $3), customers = $4, refreshed_at = clock_timestamp()
    WHERE id = $1
    """

private let recountStatement: Statement = """
    UPDATE shop.segment
    SET customers = coalesce(counted.customers, 0),
        share = coalesce(counted.customers, 0) / greatest(1, (SELECT count(*) FROM shop.profile))::float8
    FROM shop.segment AS own
    LEFT JOIN (SELECT segment, count(*) AS customers FROM shop.profile GROUP BY segment) AS counted USING (segment)
    WHERE segment.build_id = $1 AND own.build_id = $1 AND own.segment = segment.segment
    """

private let refreshStatement: Statement = """
    INSERT INTO shop.profile_refresh
        (id, build_id, as_of, events_read, events_kept, dropped, written, removed, moved)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

extension Session {
    /// What an incremental build will change, while its base is the newest build.
    func figures(of build: IncrementalBuild) async throws -> RefreshFigures {
        let (removed, moved, customers) = try await query(
            figuresStatement, build.base.watermark, build.plan.snapshot, build.profiles.map(\.measures.customer),
            build.segments.map { Int16($0) }
        )[0].decode(Int.self, Int.self, Int.self)
        return RefreshFigures(
            build: build.base.build, written: build.profiles.count, removed: removed, moved: moved,
            customers: customers)
    }
}

extension Transaction {
    /// Replaces the profiles of the customers that changed by staged ones.
    ///
    /// - Throws: ``BuildReplaced`` when the base is not the newest build any more, or was refreshed; ``StagedRowsGone``.
    func write(_ build: IncrementalBuild, _ figures: RefreshFigures) async throws {
        let base = build.base
        try await execute(lockStatement)
        guard try await currentVersion() == .init(build: base.build, watermark: base.watermark) else {
            throw BuildReplaced()
        }
        try await execute(removeStatement, base.watermark, build.plan.snapshot)
        try await write(
            FoundProfiles(
                stage: build.plan.build, build: base.build, asOf: build.asOf, profiles: build.profiles,
                outlooks: build.outlooks, segments: build.segments, table: build.table))
        try await execute(moveOnStatement, base.build, build.plan.snapshot, build.asOf.date, Int32(figures.customers))
        try await execute(recountStatement, base.build)
        try await execute(
            refreshStatement, build.plan.build, base.build, build.asOf.date, build.counts.read, build.counts.kept,
            try JSONText(encoding: build.counts.byName), Int32(figures.written), Int32(figures.removed),
            Int32(figures.moved))
        try await forgetPlans([build.plan.build])
    }
}
