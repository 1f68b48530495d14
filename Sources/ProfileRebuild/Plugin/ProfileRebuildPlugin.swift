import Logging
import Millrace
import Postgres

/// Cleans the shop's events, makes a profile of every customer who bought something, and finds segments.
///
/// Reads one snapshot of `shop.event`, `shop.item` and `shop.customer`; writes `shop.profile_build`, `shop.segment` and
/// `shop.profile` in the transaction that completes the job, so that a build is there whole or not at all.
struct ProfileRebuildPlugin: Plugin {
    typealias Arguments = ProfileRebuildArguments

    static let name = "profile-rebuild"
    static let summary = "Cleans events, profiles customers, and groups them into segments with plain names."
    static let arguments = ProfileRebuildArguments.schema
    static let defaults = JobDefaults(timeout: .seconds(3600))

    func run(_ job: JobContext<Arguments>) async throws {
        let search = try job.arguments.search
        let shop = try await job.database.transaction(.repeatableRead, readOnly: true) { transaction in
            try await transaction.cleanedShop { read, total in
                try job.checkCancellation()
                job.progress(read, of: total, "reading events")
            }
        }
        let (read, kept) = (shop.counts.read, shop.counts.kept)
        job.log.info("cleaned events", metadata: ["read": "\(read)", "kept": "\(kept)"])
        job.progress(read, of: read, "finding segments of \(shop.histories.count) customers")
        let build = try profiles(of: shop, search: search, check: job.checkCancellation)
        let segmentation = build.segmentation
        job.log.info(
            "found segments",
            metadata: [
                "customers": "\(build.profiles.count)", "segments": "\(segmentation.segments.count)",
                "silhouette": "\(segmentation.silhouette.map { "\($0)" } ?? "none")",
            ])
        if let asked = search.clusters, segmentation.segments.count < asked {
            job.log.notice(
                "fewer segments than asked for, because there are not so many different customers",
                metadata: ["asked": "\(asked)", "found": "\(segmentation.segments.count)"])
        }
        job.progress(read, of: read, "writing \(build.profiles.count) profiles")
        try await job.complete(result: ProfileRebuildResult(build)) { transaction in
            try await transaction.write(build, as: job.id)
        }
    }

    private func profiles(
        of shop: CleanedShop, search: SegmentSearch, check: () throws -> Void
    ) throws -> ProfileBuild {
        do {
            return try ProfileBuild(shop, search: search, check: check)
        } catch let nothing as NothingToProfile {
            throw PermanentFailure(nothing.description)
        }
    }
}
