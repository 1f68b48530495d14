/// Tells titles from notes, and products from postage, in the words of Online Retail.
enum OnlineRetailTitle {
    /// Codes that are no products: postage, carriage, manual entries, discounts, bank and marketplace fees, the
    /// charity's commission, cushion pads that only go with other items, samples and bad debt.
    private static let serviceCodes: Set<String> = [
        "POST", "DOT", "C2", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS",
    ]

    /// Whether a code (trimmed, upper case) names a product; vouchers (`GIFT_0001_20`) are none.
    static func isProduct(code: String) -> Bool {
        !serviceCodes.contains(code) && !code.hasPrefix("GIFT_")
    }

    /// Words that the warehouse writes where the description should stand.
    private static let noteWords: Set<String> = [
        "adjust", "adjustment", "amazon", "aside", "asos", "away", "barcode", "broken", "check", "counted", "cracked",
        "credit", "credited", "crushed", "damage", "damaged", "damages", "debt", "destroyed", "display", "dotcom",
        "ebay", "error", "faulty", "fix", "found", "given", "incorrect", "incorrectly", "lost", "mailout", "missing",
        "mixed", "mouldy", "mystery", "resolution", "returned", "reverse", "rusty", "sales", "samples", "showroom",
        "smashed", "sold", "stock", "test", "thrown", "throw", "unsaleable", "wet", "wrong", "wrongly",
    ]

    /// Whether a description may be an item's title.
    ///
    /// A title has at least three letters, no question mark, and does not begin with a lower-case letter. Written in
    /// mixed case it holds none of the warehouse's words ("Damaged", "sold as set on dotcom"); written in capitals, as
    /// this shop's titles are, at least one other word ("BLACK CHECK CUSHION" is one, "CHECK" is not).
    static func isSane(_ description: String) -> Bool {
        let bytes = description.utf8
        let letters = description.unicodeScalars.count { $0.properties.isAlphabetic }
        guard letters >= 3, !bytes.contains(UInt8(ascii: "?")) else { return false }
        if let first = description.unicodeScalars.first, first.properties.isLowercase { return false }
        let words = words(of: description)
        let isCapitals = bytes.count { $0 >= 0x41 && $0 <= 0x5A } > bytes.count { $0 >= 0x61 && $0 <= 0x7A }
        if isCapitals { return words.isEmpty || !words.allSatisfy(noteWords.contains) }
        return !words.contains(where: noteWords.contains)
    }

    /// The runs of ASCII letters, in lower case, in their order.
    static func words(of title: String) -> [String] {
        title.utf8.split { !$0.isASCIILetter }.map { word in
            String(decoding: word.map(\.asciiLowercased), as: UTF8.self)
        }
    }
}
