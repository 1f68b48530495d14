/// A row of `items.csv`: one item of the shop.
public struct ItemRow: Sendable, Equatable {
    /// The shop's own code; what events name the item by.
    public var code: String
    /// The name that customers read.
    public var title: String
    /// The shop's category; `nil` if it has none.
    public var category: String?
    /// The brand; `nil` if it has none.
    public var brand: String?
    /// What one piece costs now, not below zero.
    public var price: Price
    /// ISO 4217 code, in capitals.
    public var currency: String
    /// Whether it can be bought now.
    public var isInStock: Bool
    /// Language tag of the title; `nil` if not said.
    public var locale: String?

    /// An item with all that a row says.
    public init(
        code: String, title: String, category: String?, brand: String?, price: Price, currency: String,
        isInStock: Bool, locale: String?
    ) {
        self.code = code
        self.title = title
        self.category = category
        self.brand = brand
        self.price = price
        self.currency = currency
        self.isInStock = isInStock
        self.locale = locale
    }
}

/// The format of `items.csv`.
struct ItemFormat: ShownFormat {
    static let columns = [
        ImportColumn("code", filled: true), ImportColumn("title", filled: true), ImportColumn("category"),
        ImportColumn("brand"), ImportColumn("price", .price, filled: true), ImportColumn("currency", filled: true),
        ImportColumn("in_stock", .boolean, filled: true), ImportColumn("locale", optional: true),
    ]

    func row(_ record: RawRecord) throws(RowProblem) -> ItemRow {
        ItemRow(
            code: try record.required(0), title: try record.required(1), category: record.optional(2),
            brand: record.optional(3), price: try record.price(4), currency: try record.currency(5),
            isInStock: try record.boolean(6), locale: try record.locale(7))
    }

    static func cells(_ item: ItemRow) -> [String?] {
        [
            item.code, item.title, item.category, item.brand, item.price.description, item.currency,
            item.isInStock ? "true" : "false", item.locale,
        ]
    }

    /// The row as ``ItemFormat`` reads it.
    static func append(_ item: ItemRow, to bytes: inout [UInt8]) {
        bytes.appendCSVRow(cells(item))
    }
}
