/// Categories from titles, where a file has none: the head noun that enough items share.
///
/// An English product title names the thing last: "WHITE HANGING HEART T-LIGHT HOLDER" is a holder. So:
/// 1. the title ends before its first preposition from the third word on ("SKITTLES IN COTTON BAG" are skittles, but a
///    "BOX OF CARDS" stays whole);
/// 2. words of one letter, and words for colour, size, pattern or number of pieces, are passed over;
/// 3. the last word that is left is made singular: that is the head noun;
/// 4. a head noun that at least 15 items share is a category;
/// 5. an item belongs to the last of its words that is a category ("LUNCH BOX I LOVE LONDON" is a box), otherwise to
///    `other`.
struct OnlineRetailCategories: Sendable {
    /// The category of items none of whose words is one, and of what is no product.
    static let other = "other"
    /// How many items make a category.
    static let fewestItems = 15

    private let kept: Set<String>

    /// - Parameter titles: the titles of all products.
    init(titles: some Sequence<String>) {
        var counts: [String: Int] = [:]
        for title in titles {
            if let noun = Self.headNoun(of: title) { counts[noun, default: 0] += 1 }
        }
        kept = Set(counts.lazy.filter { $0.value >= Self.fewestItems }.map(\.key))
    }

    /// The category of a title.
    func category(of title: String) -> String {
        Self.nouns(of: title).last(where: kept.contains) ?? Self.other
    }

    /// The noun that says what the thing is, in lower case and singular; `nil` for a title without one.
    static func headNoun(of title: String) -> String? { nouns(of: title).last }

    /// The words that may say what the thing is, in lower case and singular.
    private static func nouns(of title: String) -> [String] {
        var words = OnlineRetailTitle.words(of: title).filter { $0.count > 1 }
        if let end = words.indices.dropFirst().first(where: { prepositions.contains(words[$0]) }) {
            words.removeSubrange(end...)
        }
        return words.filter { !attributes.contains($0) }.map(singular)
    }

    private static let prepositions: Set<String> = ["in", "with", "for", "on", "from", "to", "by", "and", "at"]

    private static let attributes: Set<String> = [
        "amber", "amethyst", "antique", "aqua", "assorted", "asst", "baroque", "beige", "black", "blue", "brown",
        "christmas", "clear", "cm", "cms", "colour", "coloured", "colours", "copper", "cream", "crystal", "damask",
        "dark", "design", "designs", "diamante", "dotcom", "extra", "finish", "flock", "floral", "gold", "green",
        "grey", "ivory", "jumbo", "large", "lilac", "mauve", "medium", "mini", "mint", "multicolour", "natural",
        "navy", "no", "orange", "pack", "paisley", "pastel", "pc", "pcs", "piece", "pieces", "pink", "pk", "polkadot",
        "purple", "red", "retro", "retrospot", "rose", "round", "set", "silver", "skull", "skulls", "small", "spot",
        "spots", "spotty", "style", "traditional", "turquoise", "union", "vintage", "violet", "white", "wood",
        "wooden", "woodland", "yellow",
    ]

    /// A rule of thumb for English plurals; right for the nouns of shops, wrong for "geese".
    static func singular(_ noun: String) -> String {
        func ends(_ suffix: String) -> Bool { noun.hasSuffix(suffix) }
        guard noun.count > 3, ends("s"), !ends("ss"), !ends("us"), !ends("is"), !ends("as") else { return noun }
        if ends("ies") { return noun.count > 4 ? noun.dropLast(3) + "y" : String(noun.dropLast()) }
        if ends("sses") || ends("shes") || ends("ches") || ends("xes") { return String(noun.dropLast(2)) }
        return String(noun.dropLast())
    }
}
