import Foundation

/// Recency against frequency, both by their logarithm; a segment's area is its number of customers.
func mapChart(_ segments: [CustomerSegment]) -> String {
    let (left, top, side, bottom) = (70.0, 48.0, 420.0, 350.0)
    var canvas = SVGCanvas(
        width: 900, height: bottom + 70, title: "Segments by days since the last order and number of orders")
    let recency = Scale(segments.map { $0.averages[ModelFeature.recencyDays.name] ?? 0 }, from: left + side, to: left)
    let orders = Scale(segments.map { $0.averages[ModelFeature.orders.name] ?? 0 }, from: bottom, to: top)
    for mark in recency.marks {
        canvas.line(x: recency[mark], y: top, toX: recency[mark], y: bottom)
        canvas.text(PlainFigures.whole(mark), x: recency[mark], y: bottom + 18, .faint, anchor: .middle)
    }
    for mark in orders.marks {
        canvas.line(x: left, y: orders[mark], toX: left + side, y: orders[mark])
        canvas.text(PlainFigures.whole(mark), x: left - 8, y: orders[mark] + 4, .faint, anchor: .end)
    }
    canvas.text("mean days since the last order", x: left + side / 2, y: bottom + 42, .faint, anchor: .middle)
    canvas.text("mean orders", x: 22, y: (top + bottom) / 2, .faint, anchor: .middle, degrees: -90)
    let largest = segments.map(\.share).max() ?? 1
    for (index, segment) in segments.enumerated() {
        let x = recency[segment.averages[ModelFeature.recencyDays.name] ?? 0]
        let y = orders[segment.averages[ModelFeature.orders.name] ?? 0]
        canvas.circle(
            x: x, y: y, radius: 8 + 22 * (segment.share / max(largest, 1e-9)).squareRoot(), .high, opacity: 0.45,
            hint: "\(segment.name): \(PlainFigures.whole(Double(segment.customers))) customers")
        canvas.text("\(segment.number)", x: x, y: y + 4, anchor: .middle)
        canvas.text(
            "\(segment.number)  \(segment.name)", x: left + side + 40, y: top + 14 + 22 * Double(index), most: 52)
    }
    return canvas.document
}

/// A logarithmic axis of numbers from 0, with marks at 0, 1, 2, 5, 10 and so on.
private struct Scale {
    let marks: [Double]
    private let greatest: Double
    private let from: Double
    private let to: Double

    init(_ values: [Double], from: Double, to: Double) {
        self.from = from
        self.to = to
        let largest = max(1, values.max() ?? 1) * 1.15
        greatest = log1p(largest)
        marks = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].filter { $0 <= largest }
    }

    subscript(value: Double) -> Double { from + (to - from) * min(1, log1p(max(0, value)) / greatest) }
}
