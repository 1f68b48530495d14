/// What the cleaning and the features ask of the catalogue.
struct ShopCatalogue: Sendable {
    /// One row of `shop.item`.
    struct Item: Sendable {
        var id: Int32
        var category: String
        /// Today's price; `nil` where unknown.
        var price: Double?
        var isProduct: Bool
        var brand: String?
    }

    /// An item as it is looked up for each event.
    struct Entry: Sendable {
        /// Index into ``categories``.
        var category: Int32
        /// Index into ``brands``.
        var brand: Int32?
        var price: Double?
        var isProduct: Bool
    }

    /// The category of items that have none: it is shown, but says nothing about a taste.
    static let unnamedCategory = "other"

    /// Names of the categories, ascending.
    let categories: [String]
    /// Names of the brands, ascending.
    let brands: [String]
    private let entries: [Int32: Entry]
    /// Prices of the products of each category, ascending.
    private let prices: [[Double]]

    init(_ items: some Sequence<Item>) {
        let items = Array(items)
        categories = Set(items.map(\.category)).sorted()
        brands = Set(items.compactMap(\.brand)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, $0) })
        let brandNumbers = Dictionary(uniqueKeysWithValues: brands.enumerated().map { ($1, Int32($0)) })
        var entries: [Int32: Entry] = [:]
        var prices = [[Double]](repeating: [], count: categories.count)
        for item in items {
            let category = numbers[item.category] ?? 0
            let price = item.price.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
            entries[item.id] = Entry(
                category: Int32(category), brand: item.brand.flatMap { brandNumbers[$0] }, price: price,
                isProduct: item.isProduct)
            if let price, item.isProduct { prices[category].append(price) }
        }
        self.entries = entries
        self.prices = prices.map { $0.sorted() }
    }

    subscript(item: Int32) -> Entry? { entries[item] }

    /// Where a price stands among those of a category's products: the share of them that is lower, those that are equal
    /// counting half; 0 is the cheapest, 1 the dearest, and 0.5 where the category has no prices.
    func rank(of price: Double, inCategory category: Int32) -> Double {
        let prices = prices[Int(category)]
        guard !prices.isEmpty else { return 0.5 }
        let lower = prices.partitioningIndex { $0 >= price }
        let upTo = prices.partitioningIndex { $0 > price }
        return Double(lower + upTo) / Double(2 * prices.count)
    }
}

extension Array {
    /// The first index from which on the condition holds, in an array where it holds for a tail.
    fileprivate func partitioningIndex(where belongsToTail: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if belongsToTail(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
