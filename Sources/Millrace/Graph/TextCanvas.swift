/// A rectangle of character cells that lines and texts are put on.
struct TextCanvas {
    private enum Cell {
        case blank
        /// A character of one or two columns.
        case character(Character)
        /// The second column of the character before it.
        case tail
        /// Lines of one net, or of two that cross.
        case lines([Stroke])
    }

    private struct Stroke {
        var net: Int
        var sides: LineSides
        var policy: FailurePolicy
    }

    let width: Int
    let height: Int
    private var cells: [Cell]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: .blank, count: width * height)
    }

    /// Puts a text, beginning at a cell; what does not fit on the canvas is left out.
    mutating func write(_ text: String, x: Int, y: Int) {
        var column = x
        for character in text {
            let columns = character.columns
            guard columns > 0, column >= 0, y >= 0, y < height, column + columns <= width else { continue }
            cells[y * width + column] = .character(character)
            if columns == 2 { cells[y * width + column + 1] = .tail }
            column += columns
        }
    }

    /// Lets a net's line go on from a cell to the given sides.
    mutating func stroke(x: Int, y: Int, sides: LineSides, net: Int, policy: FailurePolicy) {
        let stroke = Stroke(net: net, sides: sides, policy: policy)
        switch cells[y * width + x] {
        case .blank: cells[y * width + x] = .lines([stroke])
        case .lines(var strokes):
            if let index = strokes.firstIndex(where: { $0.net == net }) {
                strokes[index].sides.formUnion(sides)
            } else {
                strokes.append(stroke)
            }
            cells[y * width + x] = .lines(strokes)
        case .character, .tail:
            // A line below a text is a fault of the layout; two that do not cross make `isUnambiguous` say so.
            cells[y * width + x] = .lines([stroke, stroke])
        }
    }

    /// Puts a whole canvas on this one.
    mutating func place(_ other: TextCanvas, x: Int, y: Int) {
        for row in 0..<other.height {
            for column in 0..<other.width {
                cells[(y + row) * width + x + column] = other.cells[row * other.width + column]
            }
        }
    }

    /// Whether lines of different nets meet only where they cross each other straight.
    var isUnambiguous: Bool {
        cells.allSatisfy { cell in
            guard case .lines(let strokes) = cell, strokes.count > 1 else { return true }
            return strokes.count == 2 && Set(strokes.map(\.sides)) == [[.up, .down], [.left, .right]]
        }
    }

    /// The lines of the drawing, without spaces at their ends. Where lines cross, the one that goes down is drawn.
    func lines(_ glyphs: Glyphs) -> [String] {
        (0..<height).map { row in
            var line = ""
            for cell in cells[row * width..<(row + 1) * width] {
                switch cell {
                case .blank: line.append(" ")
                case .character(let character): line.append(character)
                case .tail: break
                case .lines(let strokes):
                    let upper = strokes.first { $0.sides == [.up, .down] } ?? strokes[0]
                    line.append(glyphs.line(upper.sides, upper.policy))
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
