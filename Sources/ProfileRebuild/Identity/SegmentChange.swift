/// What became of a segment in a build; a row of `shop.segment_history`.
struct SegmentChange: Sendable, Equatable {
    enum Kind: String, Sendable, Codable, CaseIterable {
        /// Not known before.
        case new
        /// The same group as a segment of the build before.
        case kept
        /// Most of its customers came out of ``SegmentChange/origin``, which lives on.
        case split
        /// Ended; most of its customers went to ``SegmentChange/origin``.
        case merged
        /// Ended; its customers are scattered.
        case gone
    }

    let identity: Int64
    let kind: Kind
    /// Its number in the build; `nil` when it ended.
    let segment: Int?
    let name: String
    let customers: Int
    /// Its number in the build before.
    var previousSegment: Int?
    var origin: Int64?
    /// Similarity to ``previousSegment``, or of a split one to its origin.
    var overlap: Double?
    /// How far its mean scores have moved, in standard deviations per feature; for a kept one.
    var shift: Double?
}
