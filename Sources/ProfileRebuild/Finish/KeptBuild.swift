import Analytics
import Foundation
import Millrace
import Postgres
import Shop

private let buildStatement: Statement = """
    SELECT model, lifetime, as_of, ARRAY(
        SELECT array_to_string(centroid, ' ') FROM shop.segment WHERE build_id = profile_build.id ORDER BY segment)
    FROM shop.profile_build WHERE id = $1
    """

/// What an incremental build judges customers by: the models of the last full one.
struct KeptBuild: Sendable {
    let model: FeatureModel
    let lifetime: LifetimeModel
    /// `segments × features`, weighted scores, in the order of the segments' numbers.
    let centroids: PointMatrix
    /// The last event that any of its profiles knows of.
    let asOf: Timestamp
}

extension Session {
    /// Reads what a build was fitted to.
    ///
    /// - Throws: `PermanentFailure` when it is gone, or its centroids do not fit its features.
    func keptBuild(_ id: Int64) async throws -> KeptBuild {
        guard let row = try await first(buildStatement, id) else {
            throw PermanentFailure("build \(id) is gone  →  make a full build: `millrace run profile-rebuild`")
        }
        let (model, lifetime, asOf, rows) = try row.decode(JSONText.self, JSONText.self, Date.self, [String].self)
        let features: FeatureModel = try model.decode()
        let columns = max(1, features.columns.count)
        let centroids = rows.flatMap { $0.split(separator: " ").compactMap { Float($0) } }
        guard !rows.isEmpty, centroids.count == rows.count * columns else {
            throw PermanentFailure(
                "the segments of build \(id) have \(centroids.count) coordinates and not \(rows.count) × \(columns)  →  make "
                    + "a full build: `millrace run profile-rebuild`")
        }
        return KeptBuild(
            model: features, lifetime: try lifetime.decode(),
            centroids: try PointMatrix(values: centroids, columns: columns), asOf: Timestamp(asOf))
    }
}
