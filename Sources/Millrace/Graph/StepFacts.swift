/// What is said of a step, in the same words in every drawing.
struct StepFacts {
    let name: String
    let kind: String
    let state: RunGraph.State?
    /// `42s`; nil when the step has not begun.
    let duration: String?
    /// `9,812/10,000`; nil for a step of one job.
    let count: String?
    /// The share of jobs that have ended, from 0 to 1; nil for a step of one job.
    let share: Double?
    let note: String?
    /// The title of the nested graph, where it says more than the kind does.
    let insideTitle: String?
    /// `3 steps inside`; nil without a nested graph.
    let insideCount: String?

    init(_ node: RunGraph.Node) {
        name = node.name.onOneLine
        kind = node.kind.onOneLine
        state = node.state
        duration = node.duration.map(Self.text)
        if node.jobs > 1 {
            count = node.state == nil ? "×" + Self.grouped(node.jobs) : Self.counted(node)
            share = node.state == nil ? nil : min(1, max(0, Double(node.ended) / Double(node.jobs)))
        } else {
            (count, share) = (nil, nil)
        }
        note = node.note?.onOneLine
        let inside = node.children.flatMap { $0.nodes.isEmpty ? nil : $0 }
        let title = inside?.title.onOneLine ?? ""
        insideTitle = title.isEmpty || title == kind ? nil : title
        insideCount = inside.map {
            $0.nodes.count == 1 ? "1 step inside" : "\(Self.grouped($0.nodes.count)) steps inside"
        }
    }

    /// How the step stands and for how long: `42s`, `failed 12s`, `blocked`. That it ended well or runs is not said
    /// where the time says it.
    var standing: String {
        switch (state, duration) {
        case (nil, let duration): duration ?? ""
        case (.succeeded?, let duration?), (.running?, let duration?): duration
        case (let state?, nil): state.rawValue
        case (let state?, let duration?): "\(state.rawValue) \(duration)"
        }
    }

    /// All of it in words, for a reader who sees no symbols.
    var sentence: String {
        [
            name + (kind.isEmpty ? "" : ": " + kind), state?.rawValue, duration, count.map { $0 + " jobs" }, note,
            insideCount,
        ]
        .compactMap(\.self).joined(separator: ", ")
    }

    /// Rounded down to what matters: `0.3s`, `42s`, `4m05s`, `3h20m`, `2d4h`.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return "0s" }
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return switch seconds {
        case ..<10: "\(seconds).\(attoseconds / 100_000_000_000_000_000)s"
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(two(seconds % 60))s"
        case ..<86_400: "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
        default: "\(seconds / 86_400)d\(seconds / 3600 % 24)h"
        }
    }

    private static func counted(_ node: RunGraph.Node) -> String { "\(grouped(node.ended))/\(grouped(node.jobs))" }

    /// A number with a comma before each three digits.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
