import Analytics
import Postgres

/// In the order of the ids asked for; an item that is gone from the catalogue is recommended to nobody.
private let catalogueStatement: Statement = """
    SELECT array_agg(coalesce(item.is_product AND item.in_stock, false) ORDER BY asked.place),
        array_agg(item.category ORDER BY asked.place)
    FROM unnest($1::integer[]) WITH ORDINALITY AS asked(id, place) LEFT JOIN shop.item ON item.id = asked.id
    """

/// What lists need to know of the items, by column.
struct Catalogue: Sendable {
    /// Whether anybody may get it: a product in stock.
    private(set) var isRecommendable: [Bool]
    /// Number of its category; nil for none.
    let categories: [Int?]
    /// Days from its first event to the last event of all.
    let ages: [Double]
    /// All recommendable items that somebody has, those with most customers first; the score is their share of all
    /// customers.
    let popular: [ScoredItem]

    /// - Parameters:
    ///   - ids: of the model.
    ///   - isRecommendable: by column.
    ///   - categories: by column; nil for none.
    init(_ ids: ModelIDs, isRecommendable: [Bool], categories names: [String?]) {
        self.isRecommendable = isRecommendable
        let numbers = Dictionary(
            uniqueKeysWithValues: Set(names.compactMap(\.self)).sorted().enumerated().map { ($1, $0) })
        categories = names.map { $0.flatMap { numbers[$0] } }
        ages = ids.itemAges
        let customers = Float(max(1, ids.customers.count))
        popular = ids.itemCustomers.indices.filter { isRecommendable[$0] && ids.itemCustomers[$0] > 0 }
            .sorted { (-ids.itemCustomers[$0], $0) < (-ids.itemCustomers[$1], $1) }
            .map { ScoredItem(item: Int32($0), score: Float(ids.itemCustomers[$0]) / customers) }
    }

    /// The same, with only those recommendable that `isOffered`, which must be true for all that somebody has.
    func offering(_ isOffered: (Int) -> Bool) -> Catalogue {
        var catalogue = self
        for item in isRecommendable.indices where !isOffered(item) { catalogue.isRecommendable[item] = false }
        return catalogue
    }
}

extension Session {
    /// Reads what lists need to know of a model's items.
    func catalogue(of ids: ModelIDs) async throws -> Catalogue {
        let (isRecommendable, categories) = try await query(catalogueStatement, ids.items)[0].decode(
            [Bool].self, [String?].self)
        return Catalogue(ids, isRecommendable: isRecommendable, categories: categories)
    }
}
