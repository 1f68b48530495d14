import Foundation

/// A drawing in SVG that is readable on light and dark paper, whatever shows it.
///
/// Colours are classes with a second set for dark mode, so that a viewer which knows no media queries shows the light one.
/// The paper is part of the drawing.
struct SVGCanvas: Sendable {
    /// What a class is coloured as.
    enum Colour: String, Sendable {
        /// Text and lines that matter.
        case ink
        /// Text and lines that do not.
        case faint
        /// More than the mean of all customers, and bars.
        case high
        /// Less than the mean of all customers.
        case low
    }

    enum Anchor: String, Sendable { case start, middle, end }

    let width: Double
    let height: Double
    private let title: String
    private var elements: [String] = []

    /// - Parameter title: what the drawing shows; also for those who have it read to them.
    init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    /// - Parameter hint: what is shown on pointing at it.
    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ colour: Colour, opacity: Double = 1, hint: String
    ) {
        elements.append(
            "<rect class=\"\(colour.rawValue)\" x=\"\(figure(x))\" y=\"\(figure(y))\" width=\"\(figure(max(0, width)))\" "
                + "height=\"\(figure(height))\" fill-opacity=\"\(figure(opacity))\">\(hintElement(hint))</rect>")
    }

    mutating func circle(x: Double, y: Double, radius: Double, _ colour: Colour, opacity: Double, hint: String) {
        elements.append(
            "<circle class=\"\(colour.rawValue)\" cx=\"\(figure(x))\" cy=\"\(figure(y))\" r=\"\(figure(radius))\" "
                + "fill-opacity=\"\(figure(opacity))\">\(hintElement(hint))</circle>")
    }

    mutating func line(x: Double, y: Double, toX: Double, y toY: Double, _ colour: Colour = .faint) {
        elements.append(
            "<line class=\"\(colour.rawValue)\" x1=\"\(figure(x))\" y1=\"\(figure(y))\" x2=\"\(figure(toX))\" "
                + "y2=\"\(figure(toY))\"/>")
    }

    /// - Parameters:
    ///   - most: characters shown; a longer text is cut, and whole in the hint.
    ///   - degrees: turned about its own place.
    mutating func text(
        _ text: String, x: Double, y: Double, _ colour: Colour = .ink, anchor: Anchor = .start, most: Int = .max,
        degrees: Double = 0
    ) {
        let shown = text.count > most ? text.prefix(max(0, most - 1)) + "…" : text[...]
        let turned = degrees == 0 ? "" : " transform=\"rotate(\(figure(degrees)) \(figure(x)) \(figure(y)))\""
        let hint = text.count > most ? hintElement(text) : ""
        elements.append(
            "<text class=\"\(colour.rawValue)\" x=\"\(figure(x))\" y=\"\(figure(y))\" text-anchor=\"\(anchor.rawValue)\""
                + "\(turned)>\(hint)\(escaped(String(shown)))</text>")
    }

    /// The drawing as a document of its own.
    var document: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(figure(width)) \(figure(height))" \
        width="\(figure(width))" height="\(figure(height))" role="img" font-family="system-ui, sans-serif" font-size="13">\
        <title>\(escaped(title))</title><style>\(Self.style)</style>\
        <rect class="paper" width="100%" height="100%"/>\
        <text class="ink" x="16" y="26" font-size="15" font-weight="600">\(escaped(title))</text>\
        \(elements.joined())</svg>
        """
    }

    private static let style = """
        .paper{fill:#ffffff}.ink{fill:#1f2328}.faint{fill:#59636e}.high{fill:#2f6fde}.low{fill:#c4581a}\
        line.ink{stroke:#1f2328}line.faint{stroke:#c5ccd3}line{fill:none;stroke-width:1.2}\
        @media (prefers-color-scheme:dark){.paper{fill:#16191d}.ink{fill:#eef1f4}.faint{fill:#a3adb8}.high{fill:#6ea2ff}\
        .low{fill:#f0914f}line.ink{stroke:#eef1f4}line.faint{stroke:#4a525b}}
        """

    private func hintElement(_ text: String) -> String { "<title>\(escaped(text))</title>" }

    /// Two decimals, without needless zeros; what is not finite stands as 0.
    private func figure(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let hundredths = (value * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? String(format: "%.0f", hundredths) : "\(hundredths)"
    }

    /// Text as XML 1.0 takes it: marked characters escaped, forbidden ones left out.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
