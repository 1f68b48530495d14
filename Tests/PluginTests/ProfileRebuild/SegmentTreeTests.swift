import Analytics
import Testing

@testable import ProfileRebuild

@Suite("The tree of segments")
struct SegmentTreeTests {
    /// Four points on a line: 1 and 3 close, 2 and 4 close, the pairs far apart.
    private let tree = SegmentTree.init

    @Test("segments that lie close share a group, and cuts give any number of groups")
    func cuts() throws {
        let tree = try tree(try PointMatrix(values: [0, 10, 1, 12] as [Float], columns: 1))
        #expect(tree.nodes.map(\.node) == [5, 6, 7])
        #expect(tree.nodes.map(\.segments) == [[1, 3], [2, 4], [1, 2, 3, 4]])
        #expect(tree.nodes.map(\.level) == [3, 2, 1])
        #expect(tree.nodes.map(\.parent) == [7, 7, nil])
        #expect(tree.parents == [5, 6, 5, 6])
        #expect(tree.nodes.map(\.height) == tree.nodes.map(\.height).sorted())
        #expect(tree.cut(into: 4) == [[1], [2], [3], [4]])
        #expect(tree.cut(into: 3) == [[1, 3], [2], [4]])
        #expect(tree.cut(into: 2) == [[1, 3], [2, 4]])
        #expect(tree.cut(into: 1) == [[1, 2, 3, 4]])
    }

    @Test("a single segment has no group")
    func single() throws {
        let tree = try tree(try PointMatrix(values: [3, 4] as [Float], columns: 2))
        #expect(tree.nodes.isEmpty)
        #expect(tree.parents == [nil])
        #expect(tree.cut(into: 1) == [[1]])
    }

    @Test("every cut has as many groups as asked for, and each segment is in one of them", arguments: 1...12)
    func partitions(count: Int) throws {
        var generator = SeededGenerator(seed: 9)
        let points = try PointMatrix(values: (0..<36).map { _ in Float(generator.normal()) }, columns: 3)
        let groups = try tree(points).cut(into: count)
        #expect(groups.count == count)
        #expect(groups.flatMap { $0 }.sorted() == Array(1...12))
        // The same parts as the dendrogram's own cut.
        let labels = try wardLinkage(points).labels(clusters: count)
        let expected = Dictionary(grouping: 1...12, by: { labels[$0 - 1] }).values.sorted { $0[0] < $1[0] }
        #expect(groups == Array(expected))
    }
}
