import Millrace
import Postgres

private let versionStatement: Statement = """
    SELECT id, watermark::text FROM shop.profile_build ORDER BY built_at DESC, id DESC LIMIT 1
    """

private let modelStatement: Statement = "SELECT model FROM shop.profile_build WHERE id = $1 AND model IS NOT NULL"

private let segmentsStatement: Statement = """
    SELECT identity, name, customers, centroid FROM shop.segment WHERE build_id = $1 ORDER BY segment
    """

private let identityStatement: Statement = "SELECT coalesce(max(identity), 0) + 1 FROM shop.segment_history"

private let membershipStatement: Statement = """
    SELECT customer_id, segment FROM shop.profile WHERE build_id = $1 ORDER BY customer_id
    """

/// The last build, as far as the next one is compared with it.
struct PreviousBuild: Sendable {
    /// Which build, with what it knows of; an incremental rebuild changes the latter.
    struct Version: Sendable, Equatable {
        let build: Int64
        let watermark: String
    }

    struct Segment: Sendable {
        let identity: Int64
        let name: String
        let customers: Int
        /// Weighted scores, in the order of the model's columns.
        let centroid: [Float]
    }

    let version: Version
    let model: FeatureModel
    let segments: [Segment]
    let membership: Membership
    /// The first identity that no segment has had yet.
    let nextIdentity: Int64
}

extension Transaction {
    /// A build's model, segments and customers; `nil` if it kept no model.
    func previousBuild(_ version: PreviousBuild.Version) async throws -> PreviousBuild? {
        guard let row = try await first(modelStatement, version.build) else { return nil }
        let model: JSONText = try row[0]
        let segments = try await query(segmentsStatement, version.build).map { row in
            let (identity, name, customers, centroid) = try row.decode(
                Int64.self, String.self, Int.self, [Float].self)
            return PreviousBuild.Segment(identity: identity, name: name, customers: customers, centroid: centroid)
        }
        var membership = Membership()
        for try await row in stream(membershipStatement, version.build) {
            let (customer, segment) = try row.decode(Int32.self, Int.self)
            membership.customers.append(customer)
            membership.segments.append(segment)
        }
        return PreviousBuild(
            version: version, model: try model.decode(), segments: segments, membership: membership,
            nextIdentity: try await query(identityStatement)[0][0])
    }

    /// Which build is the newest, and what it knows of.
    func currentVersion() async throws -> PreviousBuild.Version? {
        try await first(versionStatement).map { row in
            let (build, watermark) = try row.decode(Int64.self, String.self)
            return PreviousBuild.Version(build: build, watermark: watermark)
        }
    }
}
