import Foundation
import Shop

/// What a `profile-rebuild` job leaves behind for later steps and for people.
struct ProfileRebuildResult: Codable, Sendable, Equatable {
    var mode: ProfileRebuildArguments.Mode
    /// Why the build is full although an incremental one was asked for.
    var fullBecause: String?
    /// Customers with a profile.
    var customers: Int
    var segments: Int
    var eventsRead: Int
    var eventsKept: Int
    /// Events left out, by cleaning rule.
    var dropped: [String: Int]
    /// Mean silhouette, −1…1; `nil` for a single segment, and for an incremental build.
    var silhouette: Double?
    /// What `"auto"` chose from; empty when the number was given.
    var tried: [TriedCount] = []
    /// The inner nodes of the tree of segments, the first merge first.
    var tree: [SegmentGroup] = []
    /// What has moved since the build before; `nil` for the first one.
    var drift: DriftReport?
    /// What an incremental build has changed; `nil` for a full one.
    var refresh: RefreshFigures?
    /// Drawings of the segments; `nil` for an incremental build.
    var charts: SegmentCharts?
    /// The models of churn risk and expected value.
    var lifetime: LifetimeModel
    /// The last event that counted: recency counts back from here.
    var asOf: Date

    enum CodingKeys: String, CodingKey {
        case mode, customers, segments, dropped, silhouette, tried, tree, drift, refresh, charts, lifetime
        case fullBecause = "full_because"
        case eventsRead = "events_read"
        case eventsKept = "events_kept"
        case asOf = "as_of"
    }

    init(_ build: FullBuild, _ comparison: SegmentComparison) {
        mode = .full
        fullBecause = build.plan.fullBecause
        customers = build.profiles.count
        segments = build.segmentation.segments.count
        eventsRead = build.counts.read
        eventsKept = build.counts.kept
        dropped = build.counts.byName
        silhouette = build.segmentation.silhouette
        tried = build.segmentation.tried
        tree = build.segmentation.groups
        drift = comparison.drift
        charts = SegmentCharts(build.segmentation)
        lifetime = build.lifetime
        asOf = build.asOf.date
    }

    init(_ build: IncrementalBuild, _ figures: RefreshFigures) {
        mode = .incremental
        customers = figures.customers
        segments = build.segmentCount
        eventsRead = build.counts.read
        eventsKept = build.counts.kept
        dropped = build.counts.byName
        refresh = figures
        lifetime = build.lifetime
        asOf = build.asOf.date
    }
}
