import Shop

/// A segment's name in parts.
struct SegmentPhrase: Sendable {
    struct Stage: Sendable {
        enum Kind: String, Sendable {
            case newcomers = "newcomers"
            case oneTime = "one-time buyers"
            case regulars = "regulars"
            case loyal = "loyal regulars"
            case occasional = "occasional buyers"
            case repeating = "repeat buyers"
        }
        var kind: Kind
        var isLapsed: Bool
        var isRecent: Bool

        /// The same in the words of the table.
        var customers: CustomerStage {
            guard !isLapsed else { return .lapsed }
            return switch kind {
            case .newcomers: .new
            case .regulars, .loyal: .regular
            case .oneTime, .occasional, .repeating: .occasional
            }
        }
    }

    enum Words: Sendable {
        /// Before the noun: "evening" regulars.
        case before(String)
        /// After it: regulars "from abroad".
        case after(String)
    }

    struct Qualifier: Sendable {
        var feature: ModelFeature
        var words: Words
    }

    var stage: Stage
    var qualifiers: [Qualifier]

    /// "Lapsed wholesale regulars from abroad".
    var text: String {
        var before: [String] = stage.isLapsed ? ["lapsed"] : stage.isRecent ? ["recent"] : []
        var after: [String] = []
        for qualifier in qualifiers {
            switch qualifier.words {
            case .before(let word): before.append(word)
            case .after(let words): after.append(words)
            }
        }
        var text = (before + [stage.kind.rawValue]).joined(separator: " ")
        if !after.isEmpty { text += " " + after.joined(separator: " and ") }
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
