/// Items as sparse unit vectors of the terms of their content, so that an inner product is a similarity in 0…1.
///
/// Each field has terms of its own: words and character pairs of the title (``contentTerms(_:)``), the category and the
/// categories above it, the brand, and the price band. Within a field a term that stands tf times in it weighs
/// (1 + ln tf) · (ln((1 + N) / (1 + df)) + 1) with df the items that have the term, of N; the field is scaled to length
/// √(its weight), and the whole row to length 1. So the similarity of two items that have all fields is the weighted mean
/// of the cosines of their fields.
///
/// Price bands have about as many items each. An item without any term has an empty row and is similar to nothing.
///
/// - Source: Manning, Raghavan and Schütze 2008, "Introduction to information retrieval", §6.2–6.4; the idf is smoothed as
///   in scikit-learn's `TfidfVectorizer`.
public struct ContentVectors: Sendable, Equatable {
    /// `items × terms`, rows of length 1 or 0, columns ascending.
    public let rows: InteractionBlock
    /// The term of each column, after its field and a colon: `title:cup`, `category:kitchen`, `brand:old mill`, `price:3`;
    /// ascending.
    public let terms: [String]

    /// The number of items.
    public var itemCount: Int { rows.rows }

    /// Weighs the content of a catalogue.
    ///
    /// - Parameters:
    ///   - items: all items, also those that nobody has bought.
    ///   - options: shares of the fields.
    /// - Throws: ``ContentError``.
    public init(_ items: [ItemContent], options: ContentOptions = ContentOptions()) throws(ContentError) {
        try options.validate()
        let bands = try PriceBands(items, count: options.priceBands)
        var numbers: [String: Int32] = [:]
        var itemsOfTerm: [Int] = []
        var fields: [[(weight: Double, counts: [Int32: Int])]] = []
        fields.reserveCapacity(items.count)
        for item in items {
            var found: [(Double, [Int32: Int])] = []
            for (weight, terms) in Self.fields(of: item, bands: bands, options: options)
            where weight > 0 && !terms.isEmpty {
                var counts: [Int32: Int] = [:]
                for term in terms {
                    let number = numbers[term] ?? Int32(truncatingIfNeeded: numbers.count)
                    if number == itemsOfTerm.count {
                        guard numbers.count < Int(Int32.max) else { throw .mismatch("more than 2³¹ terms") }
                        numbers[term] = number
                        itemsOfTerm.append(0)
                    }
                    counts[number, default: 0] += 1
                }
                for number in counts.keys { itemsOfTerm[Int(number)] += 1 }
                found.append((weight, counts))
            }
            fields.append(found)
        }
        let sorted = numbers.sorted { $0.key < $1.key }
        var columns = [Int32](repeating: 0, count: sorted.count)
        for (column, entry) in sorted.enumerated() { columns[Int(entry.value)] = Int32(column) }
        let rarity = itemsOfTerm.map { Elementary.log(Double(1 + items.count) / Double(1 + $0)) + 1 }
        terms = sorted.map(\.key)
        rows = Self.rows(fields, columns: columns, rarity: rarity)
    }

    private static func rows(
        _ fields: [[(weight: Double, counts: [Int32: Int])]], columns: [Int32], rarity: [Double]
    ) -> InteractionBlock {
        var offsets = [0]
        var allColumns: [Int32] = []
        var values: [Float] = []
        for item in fields {
            // A field's terms are its own, so fields never share a column.
            var row: [(column: Int32, weight: Double)] = []
            for (share, counts) in item {
                var field = counts.map { number, count in
                    (columns[Int(number)], (1 + Elementary.log(Double(count))) * rarity[Int(number)])
                }
                // Sorted before it is summed: the order of a dictionary changes from run to run.
                field.sort { $0.0 < $1.0 }
                let length = field.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
                row += field.map { ($0.0, $0.1 * share.squareRoot() / length) }
            }
            let length = item.reduce(0) { $0 + $1.weight }.squareRoot()
            row.sort { $0.column < $1.column }
            for (column, weight) in row {
                let value = Float(weight / length)
                // A share may be so small that its terms vanish beside the others.
                guard value > 0 else { continue }
                allColumns.append(column)
                values.append(value)
            }
            offsets.append(allColumns.count)
        }
        return InteractionBlock(
            unchecked: allColumns, values: values, rowOffsets: offsets, firstRow: 0, columnCount: columns.count)
    }

    /// The weight and the terms of each field of an item.
    private static func fields(
        of item: ItemContent, bands: PriceBands, options: ContentOptions
    ) -> [(weight: Double, terms: [String])] {
        [
            (options.titleWeight, contentTerms(item.title).map { "title:" + $0 }),
            (options.categoryWeight, levels(of: item.category ?? "").map { "category:" + $0 }),
            (options.brandWeight, [normalized(item.brand ?? "")].filter { !$0.isEmpty }.map { "brand:" + $0 }),
            (options.priceWeight, item.price.map { ["price:\(bands.band(of: $0))"] } ?? []),
        ]
    }

    /// `Home > Cups` as `home` and `home > cups`.
    private static func levels(of category: String) -> [String] {
        let parts = category.split { $0 == ">" || $0 == "/" }.map { normalized($0) }.filter { !$0.isEmpty }
        return parts.indices.map { parts[...$0].joined(separator: " > ") }
    }

    /// In small letters, with single spaces between words and none around them.
    private static func normalized(_ text: some StringProtocol) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// Bands of about as many priced items each.
private struct PriceBands {
    /// The lowest price of each band but the first.
    private let cuts: [Double]

    init(_ items: [ItemContent], count: Int) throws(ContentError) {
        var prices: [Double] = []
        for (index, item) in items.enumerated() {
            guard let price = item.price else { continue }
            guard price >= 0, price.isFinite else { throw .invalidPrice(item: index, price: price) }
            prices.append(price)
        }
        prices.sort()
        cuts = prices.isEmpty ? [] : (1..<count).map { prices[$0 * prices.count / count] }
    }

    /// From 0, the cheapest. Equal prices are in one band.
    func band(of price: Double) -> Int { cuts.count { $0 <= price } }
}
