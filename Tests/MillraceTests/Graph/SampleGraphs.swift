import Millrace

/// Graphs that the tests draw.
enum SampleGraphs {
    typealias Node = RunGraph.Node

    private static func after(_ names: String...) -> [RunGraph.Edge] { names.map { RunGraph.Edge($0) } }

    static func chain() throws -> RunGraph {
        try RunGraph(
            title: "backup · run 7",
            nodes: [
                Node(name: "dump", kind: "pg-dump", state: .succeeded, duration: .milliseconds(8_460)),
                Node(name: "upload", kind: "s3-put", state: .failed, duration: .seconds(3_720), edges: after("dump")),
                Node(name: "prune", kind: "s3-prune", state: .cancelled, edges: after("upload")),
            ])
    }

    static func diamond() throws -> RunGraph {
        try RunGraph(
            title: "diamond",
            nodes: [
                Node(name: "top", kind: "plan"),
                Node(name: "left", kind: "count", edges: after("top")),
                Node(name: "right", kind: "measure", edges: after("top")),
                Node(
                    name: "bottom", kind: "report",
                    edges: after("left") + [RunGraph.Edge("right", policy: .continue)]),
                Node(name: "tidy-up", kind: "clean", edges: [RunGraph.Edge("top", policy: .always)]),
            ])
    }

    static func nightly() throws -> RunGraph {
        try RunGraph(
            title: "nightly-personalization · run 12",
            nodes: [
                Node(name: "profiles", kind: "profile-rebuild", state: .succeeded, duration: .seconds(42)),
                Node(
                    name: "train", kind: "als-training", state: .succeeded, duration: .seconds(185), jobs: 17,
                    ended: 17),
                Node(
                    name: "content", kind: "content-batch", state: .running, duration: .seconds(72), jobs: 10_000,
                    ended: 9_812, edges: after("profiles", "train")),
                Node(name: "dispatch", kind: "campaign-dispatch", state: .blocked, edges: after("content")),
            ])
    }

    static func fanOut() throws -> RunGraph {
        try RunGraph(
            title: "",
            nodes: [
                Node(name: "select", kind: "query", state: .succeeded, duration: .zero),
                Node(
                    name: "send", kind: "mail", state: .ready, jobs: 10_000, note: "fan-out ×10,000",
                    edges: after("select")),
            ])
    }

    static func nested() throws -> RunGraph {
        try RunGraph(
            title: "weekly · run 3",
            nodes: [
                Node(name: "import", kind: "csv-import", state: .succeeded, duration: .seconds(100_000)),
                Node(
                    name: "people", kind: "pipeline nightly-personalization", state: .running,
                    duration: .seconds(200), edges: after("import"), children: nightly()),
                Node(name: "report", kind: "report", state: .blocked, edges: after("people")),
            ])
    }

    static func approval() throws -> RunGraph {
        try RunGraph(
            title: "campaign · run 5",
            nodes: [
                Node(name: "draft", kind: "writer", state: .succeeded, duration: .seconds(12)),
                Node(
                    name: "agree", kind: "approval", state: .parked, duration: .seconds(4_000),
                    note: "waits for approval", edges: after("draft")),
                Node(name: "send", kind: "mail", state: .blocked, edges: after("agree")),
            ])
    }

    static func strangeNames() throws -> RunGraph {
        try RunGraph(
            title: "<\"Jahr\" & 'Tag'>",
            nodes: [
                Node(name: "顧客を分ける", kind: "<b>\"k-means\"</b>", state: .succeeded, duration: .seconds(1)),
                Node(
                    name: "1. say \"hi\" & <go>; end", kind: "a#b|c`d]]>", state: .quarantined,
                    note: "line\nbreak\u{1B}[31m", edges: after("顧客を分ける")),
                Node(name: "한국어", kind: "ｆｕｌｌ", state: .skipped, edges: after("顧客を分ける")),
            ])
    }

    /// A graph of so many levels, each inside the step `inner` of the one above.
    static func nested(levels: Int) throws -> RunGraph {
        let inside = levels > 1 ? try nested(levels: levels - 1) : nil
        return try RunGraph(
            title: "", nodes: [Node(name: "level-\(levels)", kind: "pipeline inner", children: inside)])
    }
}
