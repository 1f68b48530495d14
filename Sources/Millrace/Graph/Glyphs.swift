/// The characters that a drawing on a terminal is made of. All take one column.
struct Glyphs {
    private let isUnicode: Bool

    init(_ characters: RunGraph.TextOptions.Characters) {
        isUnicode = characters == .unicode
    }

    /// Stands where a text was cut off.
    var cut: Character { isUnicode ? "…" : "~" }
    /// Points to the right, or down.
    func arrowhead(_ direction: TextDirection) -> Character {
        switch direction {
        case .right: isUnicode ? "►" : ">"
        case .down: isUnicode ? "▼" : "v"
        }
    }
    /// Stands before what a step in a list waits for.
    var waitsFor: String { isUnicode ? "←" : "<-" }
    /// Stands between facts on one line.
    var separator: String { isUnicode ? " · " : " - " }
    /// A text without the signs that the scheduler's own texts have and ASCII lacks.
    func written(_ text: String) -> String {
        isUnicode ? text : text.replacing("×", with: "x").replacing("·", with: "-").replacing("…", with: "...")
    }

    /// A box's corners, clockwise from the upper left, its horizontal and its vertical side.
    var box: (corners: [Character], across: Character, down: Character) {
        isUnicode ? (["┌", "┐", "┘", "└"], "─", "│") : (["+", "+", "+", "+"], "-", "|")
    }

    /// The place of a box's side where a line leaves.
    func port(_ direction: TextDirection) -> Character {
        switch direction {
        case .right: isUnicode ? "├" : "+"
        case .down: isUnicode ? "┬" : "+"
        }
    }

    /// A piece of a line.
    func line(_ sides: LineSides, _ policy: FailurePolicy) -> Character {
        switch sides {
        case .left, .right, [.left, .right]: straight(policy).across
        case .up, .down, [.up, .down]: straight(policy).down
        default: isUnicode ? Self.junctions[Int(sides.rawValue)] : "+"
        }
    }

    private func straight(_ policy: FailurePolicy) -> (across: Character, down: Character) {
        switch policy {
        case .stop: isUnicode ? ("─", "│") : ("-", "|")
        case .continue: isUnicode ? ("╌", "╎") : (".", ":")
        case .always: isUnicode ? ("┈", "┊") : ("=", "H")
        }
    }

    /// By the bits up 1, right 2, down 4, left 8.
    private static let junctions: [Character] = [
        " ", "│", "─", "╰", "│", "│", "╭", "├", "─", "╯", "─", "┴", "╮", "┤", "┬", "┼",
    ]

    /// Where a step stands, as one character; nil for a step of a definition.
    func symbol(_ state: RunGraph.State?) -> Character? {
        guard let state else { return nil }
        return switch state {
        case .scheduled: isUnicode ? "◷" : "@"
        case .blocked: isUnicode ? "◌" : "."
        case .parked: isUnicode ? "⏸" : "="
        case .ready: isUnicode ? "○" : "o"
        case .running: isUnicode ? "▶" : ">"
        case .succeeded: isUnicode ? "✓" : "*"
        case .failed: isUnicode ? "✗" : "x"
        case .cancelled: isUnicode ? "⊘" : "/"
        case .quarantined: isUnicode ? "☣" : "!"
        case .skipped: isUnicode ? "↷" : "-"
        }
    }

    /// Explains the dashes that a drawing has, on one line where that fits.
    func legend(of policies: Set<FailurePolicy>, width: Int) -> [String] {
        let parts = FailurePolicy.allCases.filter { $0 != .stop && policies.contains($0) }.map { policy in
            let dash = String(repeating: straight(policy).across, count: 2) + String(arrowhead(.right))
            return switch policy {
            case .stop: dash
            case .continue: "\(dash) runs after a failure too"
            case .always: "\(dash) runs in any case"
            }
        }
        let line = parts.joined(separator: "   ")
        guard line.columns > width else { return parts.isEmpty ? [] : [line] }
        return parts.map { $0.shortened(to: width, sign: cut) }
    }
}

/// Which way the layers of a drawing follow each other.
enum TextDirection: Hashable {
    case right
    case down
}

/// The sides of a cell at which a line goes on.
struct LineSides: OptionSet, Hashable {
    let rawValue: UInt8

    static let up = LineSides(rawValue: 1)
    static let right = LineSides(rawValue: 2)
    static let down = LineSides(rawValue: 4)
    static let left = LineSides(rawValue: 8)
}
