import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

/// 60 regulars who buy each week, 40 who bought once long ago, and dirt of most kinds.
private let shopScript: Statement = """
    INSERT INTO shop.item (id, code, title, category, price, is_product, brand) VALUES
        (1, 'A', 'Cup', 'cups', 5, true, 'Acme'), (2, 'B', 'Bag', E'bags\\t"\\\\', 20, true, NULL),
        (3, 'P', 'Postage', 'other', 3, false, NULL);
    INSERT INTO shop.customer (id, code, country) SELECT n, 'C' || n, 'United Kingdom' FROM generate_series(1, 100) AS n;
    INSERT INTO shop.event (kind, customer_id, item_id, at, quantity, price, order_ref)
        SELECT 'purchase'::shop.event_kind, n, 1 + n % 2, '2025-01-06 10:00Z'::timestamptz + week * interval '168 hours', 1 + n % 3, 5.0,
            'O' || n || '-' || week
        FROM generate_series(1, 60) AS n, generate_series(0, 19) AS week
        UNION ALL
        SELECT 'purchase', n, 2, '2025-01-11 21:00Z', 1, 19 + n, 'O' || n FROM generate_series(61, 100) AS n
        UNION ALL SELECT 'purchase', NULL, 1, '2025-02-01Z', 1, 5, 'guest' FROM generate_series(1, 7)
        UNION ALL SELECT 'purchase', 1, 3, '2025-02-01Z', 1, 3, 'postage'
        UNION ALL SELECT 'purchase', 1, 1, '2025-02-01Z', 80000, 5, 'typo'
        UNION ALL SELECT 'purchase', 1, 1, 'infinity', 1, 5, 'never'
        UNION ALL SELECT 'purchase', 1, 1, '2025-02-01Z', 1, 'NaN', 'nan'
        UNION ALL SELECT 'purchase', 2, 1, '2025-02-02Z', 9, 5, 'back'
        UNION ALL SELECT 'return', 2, 1, '2025-02-03Z', 9, 5, 'back'
        UNION ALL SELECT 'view', 3, 1, '2025-02-03Z', 1, NULL, NULL FROM generate_series(1, 2);
    """

/// A rebuild that ended well.
struct EndedRebuild {
    let job: JobID
    let result: ProfileRebuildResult
    /// What the planner returned; `nil` when it did all of it alone.
    let plan: PlanProfiles.Planned?
}

/// What a build wrote, as text, without the ids of builds and the times of writing.
struct ProfileBytes: Equatable {
    var profiles: [String]
    var segments: [String]
    var build: [String]
}

extension TestDatabase {
    static func profilePlugins() throws -> PluginRegistry {
        var registry = PluginRegistry()
        try ProfileRebuildPlugins.register(in: &registry)
        return registry
    }

    func fillProfileShop() async throws {
        try await pool.withConnection { try await $0.script(shopScript) }
    }

    func count(_ statement: Statement) async throws -> Int { try await pool.query(statement)[0][0] }

    func enqueueRebuild(_ arguments: String) async throws -> JobID {
        let number: Int64 = try await pool.query("SELECT millrace.enqueue('profile-rebuild', $1)", JSONText(arguments))[
            0][0]
        return JobID(number)
    }

    /// Runs a rebuild to its end, which may be a failure.
    func endOfRebuild(_ arguments: String) async throws -> (id: JobID, standing: JobStanding) {
        try await withWorker(try Self.profilePlugins()) {
            let job = try await enqueueRebuild(arguments)
            return (job, try await end(of: job))
        }
    }

    /// Runs a rebuild that must end well.
    func rebuild(_ arguments: String) async throws -> EndedRebuild {
        let (job, standing) = try await endOfRebuild(arguments)
        try #require(standing.state == .succeeded)
        let planner = try #require(try await pool.standing(of: job))
        return EndedRebuild(
            job: job, result: try #require(standing.result).decode(),
            plan: planner.successor == nil ? nil : try planner.result?.decode())
    }

    func profileBytes() async throws -> ProfileBytes {
        ProfileBytes(
            profiles: try await texts(
                "SELECT (to_jsonb(profile) - 'build_id')::text FROM shop.profile ORDER BY customer_id"),
            segments: try await texts(
                "SELECT (to_jsonb(v_segment) - 'build_id')::text FROM shop.v_segment ORDER BY segment"),
            build: try await texts(
                """
                SELECT (to_jsonb(build) - ARRAY['id', 'built_at', 'watermark', 'drift'])::text
                FROM shop.profile_build AS build ORDER BY built_at DESC LIMIT 1
                """))
    }

    func texts(_ statement: Statement) async throws -> [String] { try await pool.query(statement).map { try $0[0] } }
}
