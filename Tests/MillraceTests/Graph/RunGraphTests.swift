import Testing

@testable import Millrace

@Suite("Graphs to draw")
struct RunGraphTests {
    private typealias Node = RunGraph.Node

    @Test("two steps of one name, an edge from nowhere and a circle are refused, and the error says which")
    func refusals() {
        #expect(throws: RunGraphError.repeatedName("a")) {
            try RunGraph(title: "", nodes: [Node(name: "a", kind: "p"), Node(name: "a", kind: "q")])
        }
        #expect(throws: RunGraphError.unknownStep("b", neededBy: "a")) {
            try RunGraph(title: "", nodes: [Node(name: "a", kind: "p", edges: [RunGraph.Edge("b")])])
        }
        #expect(throws: RunGraphError.cycle(among: ["a", "b", "c"])) {
            try RunGraph(
                title: "",
                nodes: [
                    Node(name: "free", kind: "p"),
                    Node(name: "a", kind: "p", edges: [RunGraph.Edge("b"), RunGraph.Edge("free")]),
                    Node(name: "b", kind: "p", edges: [RunGraph.Edge("a")]),
                    Node(name: "c", kind: "p", edges: [RunGraph.Edge("b")]),
                ])
        }
        #expect("\(RunGraphError.unknownStep("b", neededBy: "a"))".contains("  →  "))
    }

    @Test("an edge given twice is drawn once")
    func repeatedEdge() throws {
        let once = [Node(name: "a", kind: "p"), Node(name: "b", kind: "p", edges: [RunGraph.Edge("a")])]
        var twice = once
        twice[1].edges.append(RunGraph.Edge("a"))
        let (first, second) = try (RunGraph(title: "", nodes: once), RunGraph(title: "", nodes: twice))
        #expect(first.text() == second.text())
        #expect(first.svg() == second.svg())
        #expect(first.mermaid() == second.mermaid())
    }

    @Test("every state of a job can be drawn")
    func states() {
        for state in JobState.allCases {
            #expect(RunGraph.State(state)?.rawValue == state.rawValue)
        }
    }

    @Test("times are cut to what matters, and counts are grouped")
    func facts() {
        let times: [(Duration, String)] = [
            (.zero, "0.0s"), (.milliseconds(9_999), "9.9s"), (.seconds(10), "10s"), (.milliseconds(59_999), "59s"),
            (.seconds(60), "1m00s"), (.seconds(3_599), "59m59s"), (.seconds(3_600), "1h00m"),
            (.seconds(86_399), "23h59m"), (.seconds(86_400), "1d0h"), (.seconds(-1), "0s"),
        ]
        for (duration, text) in times { #expect(StepFacts.text(duration) == text) }
        let numbers = [0: "0", 999: "999", 1_000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567", -1_000: "-1,000"]
        for (number, text) in numbers { #expect(StepFacts.grouped(number) == text) }
    }

    @Test("Chinese, Japanese, Korean and emoji take two columns, marks none")
    func columns() {
        #expect("abc".columns == 3)
        #expect("日本語".columns == 6)
        #expect("한국".columns == 4)
        #expect("ｆ".columns == 2)
        #expect("e\u{301}".columns == 1)
        #expect("👩‍👩‍👧".columns == 2)
        #expect("\u{202E}\u{1B}".columns == 0)
        #expect("日本語".shortened(to: 5) == "日本…")
        #expect("日本語".shortened(to: 6) == "日本語")
        #expect(" a\r\n\tb\u{1B}[0m ".onOneLine == "a b[0m")
    }
}
