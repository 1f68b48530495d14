/// The colours, fonts and signs of drawings as SVG.
enum SVGStyle {
    /// The style sheet: light, and dark for readers who prefer it. Plain rules without variables, which some programs
    /// that draw SVG do not know.
    static let sheet =
        ([fonts, shapes] + colours(light) + ["@media(prefers-color-scheme:dark){"] + colours(dark) + ["}"])
        .joined(separator: "\n")

    /// A state's sign in a square of 16 pixels.
    static func icon(_ state: RunGraph.State) -> String {
        let disc = "<circle class=\"mg-disc\" cx=\"8\" cy=\"8\" r=\"7.5\"/>"
        let ring = "<circle class=\"mg-ring\" cx=\"8\" cy=\"8\" r=\"6.7\"/>"
        func cut(_ path: String) -> String { disc + "<path class=\"mg-cut\" d=\"\(path)\"/>" }
        func drawn(_ path: String) -> String { ring + "<path class=\"mg-ring\" d=\"\(path)\"/>" }
        return switch state {
        case .scheduled: drawn("M8 4V8L10.6 9.6")
        case .blocked: "<circle class=\"mg-ring mg-broken\" cx=\"8\" cy=\"8\" r=\"6.7\"/>"
        case .parked: drawn("M6.2 5.3V10.7M9.8 5.3V10.7")
        case .ready: ring
        case .running: disc + "<path class=\"mg-hole\" d=\"M6 4.4L11.8 8L6 11.6z\"/>"
        case .succeeded: cut("M4.6 8.3L7 10.7L11.4 5.8")
        case .failed: cut("M5.3 5.3L10.7 10.7M10.7 5.3L5.3 10.7")
        case .cancelled: drawn("M3.6 12.4L12.4 3.6")
        case .quarantined: cut("M8 4V8.8M8 11.6V11.8")
        case .skipped: drawn("M4.8 5.4L7.4 8L4.8 10.6M8.4 5.4L11 8L8.4 10.6")
        }
    }

    private struct Palette {
        var page: String
        var cards: [String]
        var border: String
        var text: String
        var muted: String
        var line: String
        var states: [(name: String, colour: String)]
    }

    private static let fonts = """
        .mg-heading,.mg-name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans \
        Mono CJK SC",monospace;font-weight:600}
        .mg-heading{font-size:15px}
        .mg-name{font-size:13px}
        .mg-plain,.mg-note,.mg-standing{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu \
        Sans","Noto Sans CJK SC",sans-serif;font-size:12px}
        .mg-note{font-style:italic}
        .mg-standing{text-anchor:end}
        """

    private static let shapes = """
        .mg-edge{fill:none;stroke-width:1.6}
        .mg-continue{stroke-dasharray:7 4}
        .mg-always{stroke-dasharray:1.6 4;stroke-linecap:round;stroke-width:2}
        .mg-card{stroke-width:1}
        .mg-ring{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
        .mg-broken{stroke-dasharray:2.6 2.6;stroke-linecap:butt}
        .mg-cut{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
        """

    private static let light = Palette(
        page: "#ffffff", cards: ["#f6f8fa", "#ffffff"], border: "#d0d7de", text: "#1f2328", muted: "#59636e",
        line: "#818b98",
        states: [
            ("none", "#818b98"), ("scheduled", "#6e7781"), ("blocked", "#818b98"), ("parked", "#9a6700"),
            ("ready", "#0969da"), ("running", "#0969da"), ("succeeded", "#1a7f37"), ("failed", "#cf222e"),
            ("cancelled", "#6e7781"), ("quarantined", "#8250df"), ("skipped", "#818b98"),
        ])

    private static let dark = Palette(
        page: "#0d1117", cards: ["#161b22", "#0d1117"], border: "#3d444d", text: "#e6edf3", muted: "#9198a1",
        line: "#7d8590",
        states: [
            ("none", "#7d8590"), ("scheduled", "#8b949e"), ("blocked", "#7d8590"), ("parked", "#d29922"),
            ("ready", "#58a6ff"), ("running", "#58a6ff"), ("succeeded", "#3fb950"), ("failed", "#f85149"),
            ("cancelled", "#8b949e"), ("quarantined", "#bc8cff"), ("skipped", "#7d8590"),
        ])

    private static func colours(_ palette: Palette) -> [String] {
        [
            ".mg-page{fill:\(palette.page)}",
            ".mg-card{stroke:\(palette.border)}",
            ".mg-level0{fill:\(palette.cards[0])}.mg-level1{fill:\(palette.cards[1])}",
            ".mg-heading,.mg-name{fill:\(palette.text)}",
            ".mg-plain,.mg-note,.mg-standing{fill:\(palette.muted)}",
            ".mg-edge{stroke:\(palette.line)}.mg-head{fill:\(palette.line)}",
            ".mg-track{fill:\(palette.border)}",
            ".mg-cut{stroke:\(palette.cards[1])}.mg-hole{fill:\(palette.cards[1])}",
        ]
            // Child selectors, since a step that is drawn inside another one has a state of its own.
            + palette.states.map { name, colour in
                """
                .mg-\(name)>.mg-stripe,.mg-\(name)>.mg-bar,.mg-\(name)>g>.mg-disc{fill:\(colour)}\
                .mg-\(name)>g>.mg-ring{stroke:\(colour)}
                """
            }
    }
}
