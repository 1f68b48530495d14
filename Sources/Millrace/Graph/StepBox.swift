/// A step on a terminal: a box with its facts, and the nested graph inside of it.
struct StepBox {
    private let head: (left: String, right: String)
    private let lines: [String]
    private let inside: TextCanvas?
    /// Whether the lines inside of the box can be read.
    let isUnambiguous: Bool

    /// No text makes a box wider than this; longer ones are cut.
    private static let longestText = 40

    /// - Parameter directions: which way the layers of this graph follow each other, and of those below it.
    init(_ node: RunGraph.Node, glyphs: Glyphs, directions: [TextDirection], depth: Int) {
        func cut(_ text: String) -> String {
            glyphs.written(text).shortened(to: Self.longestText, sign: glyphs.cut)
        }
        let facts = StepFacts(node)
        let symbol = glyphs.symbol(node.state).map { "\($0) " } ?? ""
        head = (symbol + cut(facts.name), facts.standing)
        var lines = [cut(facts.kind)]
        if let count = facts.count {
            let percent = facts.share.map { glyphs.separator + "\(Int($0 * 100))%" } ?? ""
            lines.append(glyphs.written(count) + percent)
        }
        if let note = facts.note { lines.append(cut(note)) }
        if let title = facts.insideTitle { lines.append(cut(title)) }
        if let children = node.children, let count = facts.insideCount {
            if depth < RunGraph.deepestLevel {
                let diagram = TextDiagram(children, glyphs: glyphs, directions: directions, depth: depth + 1)
                (inside, isUnambiguous) = (diagram.canvas, diagram.isUnambiguous)
            } else {
                lines.append(count)
                (inside, isUnambiguous) = (nil, true)
            }
        } else {
            (inside, isUnambiguous) = (nil, true)
        }
        self.lines = lines.filter { !$0.isEmpty }
    }

    var holdsGraph: Bool { inside != nil }

    /// The columns that it needs, sides included.
    var width: Int {
        let headWidth = head.left.columns + (head.right.isEmpty ? 0 : 2 + head.right.columns)
        return 4 + max(headWidth, lines.map(\.columns).max() ?? 0, inside?.width ?? 0)
    }

    /// The lines that it needs, sides included.
    var height: Int { 3 + lines.count + (inside?.height ?? 0) }

    /// Draws it on a canvas.
    func draw(on canvas: inout TextCanvas, in frame: TextDiagram.Frame, glyphs: Glyphs) {
        let (corners, across, down) = glyphs.box
        let side = String(repeating: across, count: frame.width - 2)
        let (right, bottom) = (frame.x + frame.width - 1, frame.y + frame.height - 1)
        canvas.write("\(corners[0])\(side)\(corners[1])", x: frame.x, y: frame.y)
        canvas.write("\(corners[3])\(side)\(corners[2])", x: frame.x, y: bottom)
        for y in frame.y + 1..<bottom {
            canvas.write(String(down), x: frame.x, y: y)
            canvas.write(String(down), x: right, y: y)
        }
        canvas.write(head.left, x: frame.x + 2, y: frame.y + 1)
        canvas.write(head.right, x: right - 1 - head.right.columns, y: frame.y + 1)
        for (index, line) in lines.enumerated() { canvas.write(line, x: frame.x + 2, y: frame.y + 2 + index) }
        if let inside { canvas.place(inside, x: frame.x + 2, y: frame.y + 2 + lines.count) }
    }
}
