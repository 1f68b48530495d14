import Analytics
import Millrace
import Postgres
import Shop

// Two builds may end at the same time: the second waits, and then sees the first one's rows and replaces them. Readers
// are not kept out; they see the old profiles until the commit.
private let lockStatement: Statement = "LOCK TABLE shop.profile IN SHARE ROW EXCLUSIVE MODE"

private let forgetBuildStatement: Statement = "DELETE FROM shop.profile_build WHERE id = $1"

private let buildStatement: Statement = """
    INSERT INTO shop.profile_build
        (id, as_of, events_read, events_kept, dropped, customers, clusters, silhouette, features)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

private let segmentStatement: Statement = """
    INSERT INTO shop.segment (build_id, segment, name, description, customers, share, averages, traits, stage)
    SELECT $1, * FROM unnest($2::smallint[], $3::text[], $4::text[], $5::integer[], $6::float8[], $7::jsonb[], $8::jsonb[],
        $9::text[])
    """

private let emptyStatement: Statement = "DELETE FROM shop.profile"

private let profileStatement: Statement = """
    COPY shop.profile
        (customer_id, build_id, segment, orders, returns, recency_days, frequency, monetary, price_level,
        favourite_category, category_shares, interest_shares, peak_hour, hour_of_week, region, first_order_at,
        last_order_at, features)
    FROM STDIN
    """

extension Transaction {
    /// Writes a build and puts its profiles in the place of all others.
    ///
    /// - Parameter job: the build's id. A build of the same id, left over from another life of the queue, goes.
    func write(_ build: ProfileBuild, as job: JobID) async throws {
        try await execute(lockStatement)
        try await execute(forgetBuildStatement, job.rawValue)
        let table = build.segmentation.table
        try await execute(
            buildStatement, job.rawValue, build.asOf.date, build.counts.read, build.counts.kept,
            try JSONText(encoding: build.counts.byName), build.profiles.count, build.segmentation.segments.count,
            build.segmentation.silhouette, table.features.map { $0.name(in: build.catalogue) })
        try await write(build.segmentation.segments, as: job)
        try await execute(emptyStatement)
        _ = try await copyIn(profileStatement) { writer in
            var lines = CopyLines()
            for row in build.profiles.indices {
                try lines.add(build, row: row, as: job)
                if lines.bytes.count >= 65_536 { try await writer.write(lines.take()) }
            }
            try await writer.write(lines.take())
        }
    }

    private func write(_ segments: [CustomerSegment], as job: JobID) async throws {
        try await execute(
            segmentStatement, job.rawValue, segments.map { Int16($0.number) }, segments.map(\.name),
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

extension CopyLines {
    /// Adds one profile, its columns in the order of the statement above.
    fileprivate mutating func add(_ build: ProfileBuild, row: Int, as job: JobID) throws {
        let profile = build.profiles[row]
        let names = build.catalogue.categories
        add(profile.customer)
        add(job.rawValue)
        add(build.segmentation.numbers[row])
        add(profile.orders)
        add(profile.returns)
        add(profile.recencyDays)
        add(profile.frequency)
        add(profile.monetary)
        add(profile.priceLevel)
        add(text: profile.favouriteCategory(in: build.catalogue))
        add(text: try Self.json(profile.categoryShares, names))
        add(text: try Self.json(profile.interestShares, names))
        add(profile.peakHour)
        add(array: profile.hourOfWeek)
        add(text: profile.region)
        add(profile.firstOrder)
        add(profile.lastOrder)
        add(array: build.segmentation.table.scores[row])
        endRow()
    }

    private static func json(_ shares: [CustomerProfile.Share], _ names: [String]) throws -> String {
        let byName = Dictionary(uniqueKeysWithValues: shares.map { (names[Int($0.category)], shortened($0.share)) })
        return try JSONText(encoding: byName).text
    }
}

/// Four decimals: enough for people, and short in JSON.
private func shortened(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
