import Analytics

/// Finds segments by K-Means, names them, and puts them into a tree.
///
/// With fewer customers, or fewer different ones, than segments asked for there are as many segments as different
/// customers; without any choice there is one.
///
/// - Parameters:
///   - customers: at least one.
///   - check: called often; what it throws ends the search.
func findSegments(
    _ customers: SegmentedCustomers, search: SegmentSearch, check: () throws -> Void = {}
) throws -> Segmentation {
    let table = try FeatureTable(customers.profiles, categories: customers.categories)
    let points = try table.points
    var clusters = min(search.clusters ?? 1, customers.profiles.count)
    var tried: [TriedCount] = []
    if search.clusters == nil {
        (clusters, tried) = try chooseSegmentCount(points, search: search, check: check)
    }
    let model = try kMeans(
        points, options: KMeansOptions(clusters: clusters, restarts: search.restarts, seed: search.seed), check: check)
    let score = try silhouette(
        points, labels: model.labels, sampleSize: SegmentCountChoice.silhouetteSample, seed: search.seed, check: check)

    var members = [[Int]](repeating: [], count: model.clusters)
    for (row, label) in model.labels.enumerated() { members[Int(label)].append(row) }
    let writer = SegmentWriter(currency: customers.currency)
    let figures = members.map { SegmentFigures(members: $0, of: customers, table: table) }
    let names = writer.names(figures)
    let tree = try SegmentTree(model.centroids)
    return Segmentation(
        segments: zip(figures, names).enumerated().map { index, segment in
            writer.segment(number: index + 1, name: segment.1, segment.0)
        },
        numbers: model.labels.map { Int($0) + 1 }, table: table, centroids: model.centroids, tree: tree,
        groups: tree.named(members: members, of: customers, table: table, writer: writer, segments: names),
        silhouette: score, tried: tried)
}

extension SegmentTree {
    /// The groups with names that no segment and no other group has.
    fileprivate func named(
        members: [[Int]], of customers: SegmentedCustomers, table: FeatureTable, writer: SegmentWriter,
        segments: [Bilingual]
    ) -> [SegmentGroup] {
        let figures = nodes.map { node in
            SegmentFigures(members: node.segments.flatMap { members[$0 - 1] }, of: customers, table: table)
        }
        return zip(nodes, zip(figures, writer.names(figures))).map { node, group in
            var name = group.1
            if node.parent == nil {
                name = Bilingual("All customers", "全部顾客")
            } else if segments.contains(where: { $0 == name }) {
                name = Bilingual(name.english + " and the like", name.chinese + "及相近顾客")
            }
            return SegmentGroup(
                node: node.node, parent: node.parent, level: node.level, height: node.height, parts: node.parts,
                segments: node.segments, customers: group.0.customers, name: name.english, nameZh: name.chinese)
        }
    }
}
