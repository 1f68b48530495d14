/// A paragraph in lines of a width, each behind an indentation.
struct WrappedText {
    let text: String

    /// - Parameter width: columns for a whole line; a word that is longer stands on a line of its own.
    init(_ paragraph: String, width: Int, indentation: String = "") {
        var lines: [String] = []
        for word in paragraph.split(separator: " ") {
            if let last = lines.last, TableText.displayWidth(last) + 1 + TableText.displayWidth(String(word)) <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(indentation + word)
            }
        }
        text = lines.joined(separator: "\n")
    }
}
