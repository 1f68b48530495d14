/// The tree of segments: all customers on the left, segments on the right, groups where they merge.
func treeChart(_ segments: [CustomerSegment], _ groups: [SegmentGroup]) -> String {
    let (left, right, top, row) = (40.0, 420.0, 56.0, 30.0)
    var canvas = SVGCanvas(
        width: 860, height: top + row * Double(segments.count) + 46, title: "The tree of segments (Ward's distance)")
    let highest = max(groups.map(\.height).max() ?? 1, 1e-9)
    let byNode = Dictionary(uniqueKeysWithValues: groups.map { ($0.node, $0) })

    /// Segments in the order that lets no lines cross.
    func leaves(of node: Int) -> [Int] { byNode[node].map { $0.parts.flatMap(leaves) } ?? [node] }

    let root = groups.max { $0.node < $1.node }?.node ?? 1
    var heights: [Int: Double] = [:]
    for (place, segment) in leaves(of: root).enumerated() { heights[segment] = top + row * (Double(place) + 0.5) }
    func x(_ node: Int) -> Double { right - (byNode[node]?.height ?? 0) / highest * (right - left) }

    for group in groups {
        let y = group.parts.compactMap { heights[$0] }
        guard let upper = y.min(), let lower = y.max() else { continue }
        heights[group.node] = (upper + lower) / 2
        canvas.line(x: x(group.node), y: upper, toX: x(group.node), y: lower, .ink)
        for part in group.parts {
            let y = heights[part] ?? 0
            canvas.line(x: x(group.node), y: y, toX: x(part), y: y, .ink)
        }
    }
    for group in groups where group.parent != nil {
        canvas.circle(
            x: x(group.node), y: heights[group.node] ?? 0, radius: 4, .high, opacity: 1,
            hint: "\(group.name): \(PlainFigures.whole(Double(group.customers))) customers")
    }
    for segment in segments {
        canvas.text("\(segment.number)  \(segment.name)", x: right + 8, y: (heights[segment.number] ?? 0) + 4, most: 60)
    }
    let axis = top + row * Double(segments.count) + 14
    canvas.line(x: left, y: axis, toX: right, y: axis)
    canvas.text("far apart", x: left, y: axis + 18, .faint)
    canvas.text("alike", x: right, y: axis + 18, .faint, anchor: .end)
    return canvas.document
}
