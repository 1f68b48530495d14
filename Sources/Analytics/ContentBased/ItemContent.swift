/// What is known of an item before anybody has bought it.
public struct ItemContent: Sendable, Equatable {
    /// The name that customers read, in any language or several.
    public var title: String
    /// The shop's category, levels separated by `>` or `/`; nil if it has none.
    public var category: String?
    /// The brand; nil if it has none.
    public var brand: String?
    /// Price of one piece, all items' in one currency, finite and not negative; nil if unknown.
    public var price: Double?

    /// An item's content.
    public init(title: String, category: String? = nil, brand: String? = nil, price: Double? = nil) {
        self.title = title
        self.category = category
        self.brand = brand
        self.price = price
    }
}

/// How items' content is weighed.
public struct ContentOptions: Sendable, Equatable, Codable {
    /// Share of the title in a similarity, not negative; the shares count relative to each other.
    public var titleWeight: Double
    /// Share of the category.
    public var categoryWeight: Double
    /// Share of the brand.
    public var brandWeight: Double
    /// Share of the price band.
    public var priceWeight: Double
    /// How many price bands, of about as many items each, at least 1.
    public var priceBands: Int

    /// Options with their usual values.
    public init(
        titleWeight: Double = 1, categoryWeight: Double = 1, brandWeight: Double = 0.5, priceWeight: Double = 0.25,
        priceBands: Int = 5
    ) {
        self.titleWeight = titleWeight
        self.categoryWeight = categoryWeight
        self.brandWeight = brandWeight
        self.priceWeight = priceWeight
        self.priceBands = priceBands
    }

    /// Refuses settings outside their range.
    ///
    /// - Throws: ``ContentError/invalidOption(name:value:)`` naming the first one.
    public func validate() throws(ContentError) {
        let weights = [
            ("titleWeight", titleWeight), ("categoryWeight", categoryWeight), ("brandWeight", brandWeight),
            ("priceWeight", priceWeight),
        ]
        for (name, weight) in weights where !(weight >= 0 && weight <= 1e6) {
            throw .invalidOption(name: name, value: weight)
        }
        guard weights.contains(where: { $0.1 > 0 }) else { throw .invalidOption(name: "every weight", value: 0) }
        guard priceBands >= 1 else { throw .invalidOption(name: "priceBands", value: Double(priceBands)) }
    }
}

/// What content-based vectors refuse.
public enum ContentError: Error, Equatable, CustomStringConvertible {
    /// A weight that is negative, not finite or above 10⁶, no weight above zero, or less than one price band.
    case invalidOption(name: String, value: Double)
    /// A price that is negative, NaN or infinite.
    case invalidPrice(item: Int, price: Double)
    /// More terms than can be numbered, or sizes that do not fit together.
    case mismatch(String)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .invalidOption(let name, let value): "\(name) is \(value)  →  see the documented range"
        case .invalidPrice(let item, let price):
            "item \(item): a price of \(price)  →  give a price of zero or more, or none"
        case .mismatch(let what): "\(what)  →  pass the content and the interactions of one catalogue"
        }
    }
}
