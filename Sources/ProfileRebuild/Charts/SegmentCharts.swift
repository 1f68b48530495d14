import Analytics

/// Drawings of a build's segments, part of the job's result: SVG documents.
struct SegmentCharts: Sendable, Equatable, Codable {
    /// How many customers each segment has.
    let sizes: String
    /// By how many standard deviations each segment's means lie off those of all customers.
    let averages: String
    /// Which segments are alike, by Ward's distance; `nil` for a single segment.
    let tree: String?
    /// Days since the last order against number of orders.
    let map: String

    init(_ segmentation: Segmentation) {
        sizes = sizesChart(segmentation.segments)
        averages = averagesChart(segmentation)
        tree = segmentation.groups.isEmpty ? nil : treeChart(segmentation.segments, segmentation.groups)
        map = mapChart(segmentation.segments)
    }
}

/// Bars of the segments' sizes.
func sizesChart(_ segments: [CustomerSegment]) -> String {
    let (left, row, bar) = (350.0, 30.0, 300.0)
    var canvas = SVGCanvas(width: 760, height: 60 + row * Double(segments.count), title: "Customers by segment")
    let largest = segments.map(\.share).max() ?? 1
    for (index, segment) in segments.enumerated() {
        let y = 44 + row * Double(index)
        let figures = "\(PlainFigures.whole(Double(segment.customers))) (\(PlainFigures.percent(segment.share)))"
        let length = bar * segment.share / max(largest, 1e-9)
        canvas.text("\(segment.number)  \(segment.name)", x: 16, y: y + 15, most: 50)
        canvas.rectangle(
            x: left, y: y, width: length, height: 20, .high, hint: "\(segment.name): \(figures)")
        canvas.text(figures, x: left + length + 6, y: y + 15, .faint)
    }
    return canvas.document
}

/// A table of the segments' mean scores, shaded by how far they lie off.
func averagesChart(_ segmentation: Segmentation) -> String {
    let columns = segmentation.table.model.columns
    let (left, top, cell, row) = (350.0, 170.0, 46.0, 28.0)
    var canvas = SVGCanvas(
        width: left + cell * Double(columns.count) + 90, height: top + row * Double(segmentation.segments.count) + 20,
        title: "Segments against the mean of all customers, in standard deviations")
    for (index, column) in columns.enumerated() {
        canvas.text(
            column.feature.name, x: left + cell * (Double(index) + 0.5), y: top - 8, .faint, most: 24, degrees: -55)
    }
    for (index, segment) in segmentation.segments.enumerated() {
        let y = top + row * Double(index)
        canvas.text("\(segment.number)  \(segment.name)", x: 16, y: y + 18, most: 50)
        for (place, column) in columns.enumerated() {
            let centroid = segmentation.centroids[index]
            let score = Double(centroid[centroid.startIndex + place] / column.weight)
            let x = left + cell * Double(place)
            canvas.rectangle(
                x: x + 1, y: y + 1, width: cell - 2, height: row - 2, score < 0 ? .low : .high,
                opacity: min(0.75, abs(score) / 2.5), hint: "\(segment.name), \(column.feature.name): \(signed(score))")
            canvas.text(signed(score), x: x + cell / 2, y: y + 18, anchor: .middle)
        }
    }
    return canvas.document
}

/// `+1.2`, `−0.3`.
private func signed(_ score: Double) -> String {
    let tenths = (score * 10).rounded() / 10
    return tenths == 0 ? "0" : tenths < 0 ? "−\(-tenths)" : "+\(tenths)"
}
