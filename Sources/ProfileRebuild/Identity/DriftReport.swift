/// What has moved since the build before; `shop.profile_build.drift`, and part of the job's result.
struct DriftReport: Sendable, Equatable, Codable {
    /// The build before.
    let comparedWith: Int64
    /// Customers that both builds know.
    let customersInBoth: Int
    /// Of these, those whose segment is another group than before.
    let customersMoved: Int
    let customersNew: Int
    let customersGone: Int
    /// Segments by what became of them.
    let segments: [String: Int]
    /// The farthest that a kept segment's mean scores have moved, in standard deviations per feature.
    let largestShift: Double?
    /// The largest population stability index first.
    let features: [FeatureDrift.Stability]

    enum CodingKeys: String, CodingKey {
        case segments, features
        case comparedWith = "compared_with"
        case customersInBoth = "customers_in_both"
        case customersMoved = "customers_moved"
        case customersNew = "customers_new"
        case customersGone = "customers_gone"
        case largestShift = "largest_shift"
    }

    init(
        _ build: FullBuild, previous: PreviousBuild, overlap: SegmentOverlap, pairs: [Int?], changes: [SegmentChange],
        features: [FeatureDrift.Stability]
    ) {
        comparedWith = previous.version.build
        customersInBoth = overlap.customers
        let stayed = pairs.enumerated().reduce(0) { sum, pair in
            sum + (pair.element.map { overlap.shared[pair.offset][$0] } ?? 0)
        }
        customersMoved = overlap.customers - stayed
        customersNew = build.profiles.count - overlap.customers
        customersGone = previous.membership.customers.count - overlap.customers
        segments = Dictionary(
            uniqueKeysWithValues: SegmentChange.Kind.allCases.map { kind in
                (kind.rawValue, changes.count { $0.kind == kind })
            })
        largestShift = changes.compactMap(\.shift).max()
        self.features = features
    }
}
