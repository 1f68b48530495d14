import Foundation
import Millrace
import Postgres
import Shop

/// A snapshot whose transactions the server has not got to yet is from another server's count.
private let baseStatement: Statement = """
    SELECT id, watermark::text, as_of, half_life_days, horizon_days, cluster_id, model IS NOT NULL AND lifetime IS NOT NULL,
        pg_snapshot_xmax(watermark) > pg_snapshot_xmax($1::text::pg_snapshot)
    FROM shop.profile_build ORDER BY built_at DESC, id DESC LIMIT 1
    """

/// What an incremental build may be made on.
enum IncrementalBase {
    case base(BuildPlan.Base)
    /// There is nothing, and why.
    case none(because: String)
}

extension Session {
    /// The last build, if the arguments and the server fit it.
    func incrementalBase(
        _ arguments: ProfileRebuildArguments, snapshot: String, clusterID: Int64
    ) async throws -> IncrementalBase {
        guard let row = try await first(baseStatement, snapshot) else { return .none(because: "there is no build yet") }
        let (build, watermark, asOf, halfLife, horizon, cluster, hasModel, isAhead) = try row.decode(
            Int64.self, String.self, Date.self, Double.self, Double.self, Int64?.self, Bool.self, Bool.self)
        guard hasModel else { return .none(because: "the last build kept no model") }
        guard halfLife == arguments.halfLifeDays else {
            return .none(because: "the last build has a half-life of \(halfLife) days")
        }
        guard horizon == arguments.horizonDays else {
            return .none(because: "the last build has a horizon of \(horizon) days")
        }
        guard cluster == clusterID, !isAhead else {
            return .none(because: "the data have moved to another server since the last build")
        }
        return .base(
            BuildPlan.Base(build: build, watermark: watermark, asOf: Timestamp(asOf).microseconds))
    }
}
