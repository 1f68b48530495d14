import Shop

/// A segment's name in parts.
struct SegmentPhrase: Sendable {
    struct Stage: Sendable {
        enum Kind: Sendable {
            case newcomers, giftBuyers, oneTime, regulars, loyal, occasional, repeating

            var noun: Bilingual {
                switch self {
                case .newcomers: Bilingual("newcomers", "新顾客")
                case .giftBuyers: Bilingual("one-time gift buyers before Christmas", "圣诞节前一次性送礼顾客")
                case .oneTime: Bilingual("one-time buyers", "一次性顾客")
                case .regulars: Bilingual("regulars", "常客")
                case .loyal: Bilingual("loyal regulars", "忠实常客")
                case .occasional: Bilingual("occasional buyers", "偶尔光顾的顾客")
                case .repeating: Bilingual("repeat buyers", "回头客")
                }
            }
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
            case .giftBuyers, .oneTime, .occasional, .repeating: .occasional
            }
        }
    }

    /// What is said of the noun; in Chinese always before it.
    enum Words: Sendable {
        /// Before the noun: "evening" regulars.
        case before(String, chinese: String)
        /// After it: regulars "from abroad".
        case after(String, chinese: String)
    }

    struct Qualifier: Sendable {
        var feature: ModelFeature
        var words: Words
    }

    var stage: Stage
    var qualifiers: [Qualifier]

    /// "Lapsed wholesale regulars from abroad", "已流失的批发型海外常客".
    var text: Bilingual {
        var before: [String] = stage.isLapsed ? ["lapsed"] : stage.isRecent ? ["recent"] : []
        var after: [String] = []
        var chinese = stage.isLapsed ? "已流失的" : stage.isRecent ? "近期的" : ""
        for qualifier in qualifiers {
            switch qualifier.words {
            case .before(let word, let translated):
                before.append(word)
                chinese += translated
            case .after(let words, let translated):
                after.append(words)
                chinese += translated
            }
        }
        var english = (before + [stage.kind.noun.english]).joined(separator: " ")
        if !after.isEmpty { english += " " + after.joined(separator: " and ") }
        return Bilingual(english.prefix(1).uppercased() + english.dropFirst(), chinese + stage.kind.noun.chinese)
    }
}
