import Foundation
import Testing

@testable import Millrace

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Graphs as SVG")
struct GraphSVGTests {
    @Test("every drawing is well-formed, as large as it says, and free of scripts, ids and things from elsewhere")
    func wellFormed() throws {
        let graphs = try [
            SampleGraphs.chain(), SampleGraphs.diamond(), SampleGraphs.nightly(), SampleGraphs.fanOut(),
            SampleGraphs.nested(), SampleGraphs.approval(), SampleGraphs.strangeNames(),
            SampleGraphs.nested(levels: 6), RunGraph(title: "", nodes: []),
        ]
        for graph in graphs {
            let svg = graph.svg()
            let read = try #require(ReadSVG(svg), "\(svg)")
            let root = try #require(read.elements.first)
            #expect(root.name == "svg")
            #expect(
                root.attributes["viewBox"] == "0 0 \(root.attributes["width"] ?? "") \(root.attributes["height"] ?? "")"
            )
            #expect(Set(read.elements.map(\.name)).isSubset(of: Self.harmless))
            #expect(read.elements.allSatisfy { Set($0.attributes.keys).isDisjoint(with: ["id", "href", "onload"]) })
            #expect(!svg.contains("url(") && !svg.contains("@import"))
            #expect(svg.contains("prefers-color-scheme:dark"))
            #expect(svg == graph.svg())
        }
    }

    @Test("every step is a card with its state's class and a tooltip, and every edge a line with its policy's class")
    func parts() throws {
        let read = try #require(ReadSVG(try SampleGraphs.diamond().svg()))
        #expect(read.count("mg-none") == 5)
        #expect(read.count("mg-stop") == 3)
        // One line and one entry of the legend each.
        #expect(read.count("mg-continue") == 2)
        #expect(read.count("mg-always") == 2)
        #expect(read.titles.contains("right → bottom, runs after a failure too"))

        let nightly = try #require(ReadSVG(try SampleGraphs.nightly().svg()))
        #expect(nightly.count("mg-succeeded") == 2)
        #expect(nightly.count("mg-running") == 1)
        #expect(nightly.count("mg-blocked") == 1)
        #expect(nightly.titles.contains("content: content-batch, running, 1m12s, 9,812/10,000 jobs"))
    }

    @Test("names arrive as they are, whatever they hold")
    func strangeNames() throws {
        let read = try #require(ReadSVG(try SampleGraphs.strangeNames().svg()))
        #expect(read.texts.contains("<\"Jahr\" & 'Tag'>"))
        #expect(read.texts.contains("1. say \"hi\" & <go>; end"))
        #expect(read.texts.contains("<b>\"k-means\"</b>"))
        #expect(read.texts.contains("顧客を分ける"))
        #expect("\u{0}a\u{FFFE}<\u{7}".inXML == "a&lt;")
    }

    @Test("cards of a nested run lie inside of their step's card")
    func nested() throws {
        let graph = try SampleGraphs.nested()
        let outer = SVGDiagram(graph)
        let inner = SVGDiagram(try #require(graph.nodes[1].children), depth: 1)
        #expect(inner.width < outer.frames[1].width)
        #expect(inner.height < outer.frames[1].height)
        #expect(try #require(ReadSVG(graph.svg())).count("mg-step") == 7)
    }

    @Test("every state has a colour in light and in dark, and a sign of its own")
    func states() {
        for state in RunGraph.State.allCases {
            #expect(SVGStyle.sheet.components(separatedBy: ".mg-\(state.rawValue)>.mg-stripe").count == 3)
        }
        #expect(Set(RunGraph.State.allCases.map(SVGStyle.icon)).count == RunGraph.State.allCases.count)
        for characters in RunGraph.TextOptions.Characters.allCases {
            let symbols = RunGraph.State.allCases.compactMap(Glyphs(characters).symbol)
            #expect(Set(symbols).count == RunGraph.State.allCases.count)
            #expect(symbols.allSatisfy { $0.columns == 1 })
        }
    }

    private static let harmless: Set<String> = ["svg", "title", "style", "rect", "text", "g", "path", "circle"]
}

/// An SVG as a parser of XML reads it.
private final class ReadSVG: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private(set) var texts: Set<String> = []
    private(set) var titles: Set<String> = []
    private var text = ""

    /// Nil when it is not well-formed.
    init?(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func count(_ name: String) -> Int {
        elements.count { $0.attributes["class"]?.split(separator: " ").contains(Substring(name)) == true }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append((name, attributes))
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text" { texts.insert(text) }
        if name == "title" { titles.insert(text) }
    }
}
