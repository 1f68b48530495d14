/// A build set beside the one before: which segments are the same, and what has moved.
struct SegmentComparison: Sendable {
    /// One for each segment of the build, in their order, then one for each that ended.
    let changes: [SegmentChange]
    let drift: DriftReport?

    /// The least similarity at which a segment is still the same group.
    static let leastOverlap = 0.3

    /// - Parameters:
    ///   - build: the new one.
    ///   - previous: the last one; `nil` if there is none.
    init(_ build: FullBuild, previous: PreviousBuild?) {
        let segments = build.segmentation.segments
        guard let previous else {
            drift = nil
            changes = segments.enumerated().map {
                SegmentChange(
                    identity: Int64($0 + 1), kind: .new, segment: $1.number, name: $1.name, customers: $1.customers)
            }
            return
        }
        let current = Membership(
            customers: build.profiles.map(\.measures.customer), segments: build.segmentation.numbers)
        let overlap = SegmentOverlap(
            previous: previous.membership, previousSegments: previous.segments.count, current: current,
            currentSegments: segments.count)
        let pairs = Self.pairs(overlap, previous: previous.segments.count, current: segments.count)
        let drifting = FeatureDrift(build, since: previous.model)
        let changes = Self.changes(segments, previous, overlap, pairs) { previousIndex, index in
            drifting.shift(ofSegment: index + 1, from: previous.segments[previousIndex].centroid)
        }
        self.changes = changes
        drift = DriftReport(
            build, previous: previous, overlap: overlap, pairs: pairs, changes: changes,
            features: drifting.stability)
    }

    /// The current segment that each previous one lives on as.
    private static func pairs(_ overlap: SegmentOverlap, previous: Int, current: Int) -> [Int?] {
        let similarity = (0..<previous).map { old in (0..<current).map { overlap.similarity(old, $0) } }
        return assignPairs(similarity).enumerated().map { old, new in
            new.flatMap { similarity[old][$0] >= leastOverlap ? $0 : nil }
        }
    }

    private static func changes(
        _ segments: [CustomerSegment], _ previous: PreviousBuild, _ overlap: SegmentOverlap, _ pairs: [Int?],
        shift: (_ previous: Int, _ current: Int) -> Double?
    ) -> [SegmentChange] {
        var next = previous.nextIdentity
        var changes = segments.enumerated().map { index, segment in
            if let old = pairs.firstIndex(of: index) {
                return SegmentChange(
                    identity: previous.segments[old].identity, kind: .kept, segment: segment.number, name: segment.name,
                    customers: segment.customers, previousSegment: old + 1, overlap: overlap.similarity(old, index),
                    shift: shift(old, index))
            }
            let origin = overlap.mainOrigin(of: index)
            defer { next += 1 }
            return SegmentChange(
                identity: next, kind: origin == nil ? .new : .split, segment: segment.number, name: segment.name,
                customers: segment.customers, origin: origin.map { previous.segments[$0].identity },
                overlap: origin.map { overlap.similarity($0, index) })
        }
        for (old, segment) in previous.segments.enumerated() where pairs[old] == nil {
            let heir = overlap.mainHeir(of: old)
            changes.append(
                SegmentChange(
                    identity: segment.identity, kind: heir == nil ? .gone : .merged, segment: nil, name: segment.name,
                    customers: segment.customers, previousSegment: old + 1, origin: heir.map { changes[$0].identity },
                    overlap: heir.map { overlap.similarity(old, $0) }))
        }
        return changes
    }
}
