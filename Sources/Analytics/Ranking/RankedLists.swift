/// A ranked list of items for each row of a block, best first; lists may differ in length.
public struct RankedLists: Sendable, Equatable {
    /// `rows + 1` positions in `items` and `scores`.
    public let rowOffsets: [Int]
    /// Items of all lists, one list after another.
    public let items: [Int32]
    /// The score of each.
    public let scores: [Float]

    /// Takes lists as they are, best first, for instance from a table.
    public init(_ lists: [[(item: Int32, score: Float)]]) {
        self.init(
            rowOffsets: lists.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) },
            items: lists.flatMap { $0.map(\.item) }, scores: lists.flatMap { $0.map(\.score) })
    }

    init(rowOffsets: [Int], items: [Int32], scores: [Float]) {
        self.rowOffsets = rowOffsets
        self.items = items
        self.scores = scores
    }

    /// The number of lists.
    public var rows: Int { rowOffsets.count - 1 }

    /// The items of one list, best first.
    public func items(ofRow row: Int) -> ArraySlice<Int32> { items[rowOffsets[row]..<rowOffsets[row + 1]] }

    /// The scores of one list, not rising.
    public func scores(ofRow row: Int) -> ArraySlice<Float> { scores[rowOffsets[row]..<rowOffsets[row + 1]] }
}
