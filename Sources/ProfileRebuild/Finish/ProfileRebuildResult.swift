import Analytics
import Foundation
import Shop

/// What a `profile-rebuild` job leaves behind for later steps and for people.
struct ProfileRebuildResult: Codable, Sendable, Equatable {
    /// Customers with a profile.
    var customers: Int
    var segments: Int
    var eventsRead: Int
    var eventsKept: Int
    /// Events left out, by cleaning rule.
    var dropped: [String: Int]
    /// Mean silhouette, −1…1; `nil` for a single segment.
    var silhouette: Double?
    /// What `"auto"` chose from; empty when the number was given.
    var tried: [TriedCount]
    /// The inner nodes of the tree of segments, the first merge first.
    var tree: [SegmentGroup]
    /// What has moved since the build before; `nil` for the first one.
    var drift: DriftReport?
    /// The models of churn risk and expected value.
    var lifetime: LifetimeModel
    /// The last event that counted: recency counts back from here.
    var asOf: Date

    enum CodingKeys: String, CodingKey {
        case customers, segments, dropped, silhouette, tried, tree, drift, lifetime
        case eventsRead = "events_read"
        case eventsKept = "events_kept"
        case asOf = "as_of"
    }

    init(_ build: FullBuild, _ comparison: SegmentComparison) {
        customers = build.profiles.count
        segments = build.segmentation.segments.count
        eventsRead = build.counts.read
        eventsKept = build.counts.kept
        dropped = build.counts.byName
        silhouette = build.segmentation.silhouette
        tried = build.segmentation.tried
        tree = build.segmentation.groups
        drift = comparison.drift
        lifetime = build.lifetime
        asOf = build.asOf.date
    }
}
