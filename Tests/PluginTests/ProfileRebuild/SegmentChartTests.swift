import Foundation
import FoundationXML
import Testing

@testable import ProfileRebuild

@Suite("Charts of segments")
struct SegmentChartTests {
    private static let search = SegmentSearch(clusters: 6, range: 5...10, restarts: 2, seed: 1)

    /// Reads a document as any XML reader does, and counts its elements.
    private final class Reader: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]
        var texts: [String] = []
        private var current = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            counts[name, default: 0] += 1
            current = ""
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) { current += text }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            if name == "text" || name == "title" { texts.append(current) }
            current = ""
        }
    }

    private func read(_ document: String) throws -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError)): \(document)")
        return reader
    }

    @Test("a build has four drawings, valid XML, with a mark for each segment")
    func drawings() throws {
        let segmentation = try PlantedSample.of(seed: 3).collected.build(Self.search).segmentation
        let charts = SegmentCharts(segmentation)
        let columns = segmentation.table.model.columns.count
        #expect(try read(charts.sizes).counts["rect"] == 1 + 6)
        #expect(try read(charts.averages).counts["rect"] == 1 + 6 * columns)
        #expect(try read(charts.map).counts["circle"] == 6)
        let tree = try read(try #require(charts.tree))
        // Five merges of one upright and two level lines, and the scale.
        #expect(tree.counts["line"] == 5 * 3 + 1)
        for segment in segmentation.segments {
            let label = "\(segment.number)  \(segment.name.prefix(20))"
            #expect(try read(charts.sizes).texts.contains { $0.hasPrefix(label) })
        }
        for document in [charts.sizes, charts.averages, charts.map] {
            #expect(document.contains("prefers-color-scheme:dark") && document.contains("class=\"paper\""))
            #expect(!document.contains("nan") && !document.contains("inf\""))
        }
    }

    @Test("text is escaped, what XML forbids is left out, and what is not finite is no coordinate")
    func escaping() throws {
        var canvas = SVGCanvas(width: 100, height: 50, title: "A < B & \"C\"\u{1}")
        canvas.text("<script>\u{0}&\u{FFFF}\n猫", x: .nan, y: .infinity)
        canvas.rectangle(x: 0, y: 0, width: -4, height: 2, .low, hint: "]]>")
        canvas.text("abcdefgh", x: 1.005, y: 2, most: 5)
        let read = try read(canvas.document)
        #expect(read.texts.contains("A < B & \"C\""))
        #expect(read.texts.contains("<script>& 猫"))
        #expect(read.texts.contains("]]>"))
        #expect(read.texts.contains { $0.hasSuffix("abcd…") })
        #expect(canvas.document.contains("width=\"0\""))
    }

    @Test("one segment of customers who are all alike is drawn, too, without a tree")
    func single() throws {
        let build = try Planted.collect([Planted.event(customer: 1), Planted.event(customer: 2)]).build(Self.search)
        let charts = SegmentCharts(build.segmentation)
        #expect(charts.tree == nil)
        for document in [charts.sizes, charts.averages, charts.map] { _ = try read(document) }
        #expect(try read(charts.sizes).counts["rect"] == 2)
    }
}
