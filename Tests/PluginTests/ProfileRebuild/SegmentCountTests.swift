import Analytics
import Testing

@testable import ProfileRebuild

@Suite("The number of segments")
struct SegmentCountTests {
    private func silhouettes(_ scores: [Double]) -> [(segments: Int, silhouette: Double)] {
        scores.enumerated().map { ($0 + 2, $1) }
    }

    private func gaps(_ values: [Double], error: Double) -> [Int: SegmentCountChoice.Gap] {
        Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0 + 2, .init(value: $1, error: error)) })
    }

    @Test("a clear silhouette decides alone, the smaller number on a tie")
    func clear() {
        #expect(SegmentCountChoice.choose(silhouettes([0.3, 0.5, 0.4]), [:]) == 3)
        #expect(SegmentCountChoice.choose(silhouettes([0.3, 0.5, 0.5]), [:]) == 3)
    }

    @Test("of numbers that the silhouette likes alike, the least is taken whose gap is within an error of the greatest")
    func close() {
        let scores = silhouettes([0.5, 0.499, 0.498, 0.3])
        #expect(SegmentCountChoice.close(scores) == [2, 3, 4])
        #expect(SegmentCountChoice.choose(scores, gaps([0.1, 0.295, 0.3, 0.9], error: 0.01)) == 3)
        #expect(SegmentCountChoice.choose(scores, gaps([0.1, 0.2, 0.3, 0.9], error: 0.01)) == 4)
        // Nothing was measured: the silhouette alone.
        #expect(SegmentCountChoice.choose(scores, [:]) == 2)
    }

    @Test("where the silhouette sees no substantial structure, a tenth less is as good")
    func weak() {
        #expect(SegmentCountChoice.close(silhouettes([0.17, 0.15, 0.16, 0.155])) == [2, 4, 5])
        #expect(SegmentCountChoice.close(silhouettes([0.30, 0.28, 0.299])) == [2, 4])
    }

    @Test("three groups of points are three, whatever the sample")
    func groups() throws {
        var generator = SeededGenerator(seed: 2)
        let values = (0..<900).flatMap { index in
            [Float(10 * (index % 3)) + Float(generator.normal()), Float(generator.normal())]
        }
        let search = SegmentSearch(clusters: nil, range: 2...6, restarts: 2, seed: 5)
        let points = try PointMatrix(values: values, columns: 2)
        let (clusters, tried) = try chooseSegmentCount(points, search: search) {}
        #expect(clusters == 3)
        #expect(tried.map(\.segments) == Array(2...6))
        #expect(try SampledPoints(points, atMost: 100, seed: 1).points.rows == 100)
    }

    @Test("customers who are all alike are one segment, and nothing was tried")
    func alike() throws {
        let points = try PointMatrix(values: [Float](repeating: 1, count: 40), columns: 2)
        let search = SegmentSearch(clusters: nil, range: 2...6, restarts: 2, seed: 5)
        let (clusters, tried) = try chooseSegmentCount(points, search: search) {}
        #expect(clusters == 1 && tried.isEmpty)
    }
}
