import Analytics
import Postgres

/// The newest items that may be sold and that a model has no factors of.
private let newItemsStatement: Statement = """
    SELECT array_agg(id), array_agg(title), array_agg(nullif(category, 'other')), array_agg(brand), array_agg(price::float8)
    FROM (
        SELECT item.* FROM shop.item
        LEFT JOIN unnest($1::integer[]) AS known(id) ON known.id = item.id
        WHERE known.id IS NULL AND item.is_product AND item.in_stock
        ORDER BY item.id DESC LIMIT $2
    ) AS new
    """

/// In the order of the ids asked for; nothing is known of an item that is gone from the catalogue.
private let contentsStatement: Statement = """
    SELECT array_agg(coalesce(item.title, '') ORDER BY asked.place),
        array_agg(nullif(item.category, 'other') ORDER BY asked.place), array_agg(item.brand ORDER BY asked.place),
        array_agg(item.price::float8 ORDER BY asked.place)
    FROM unnest($1::integer[]) WITH ORDINALITY AS asked(id, place) LEFT JOIN shop.item ON item.id = asked.id
    """

/// Items that nobody has bought yet, and the content by which they take after items that somebody has.
///
/// The category `other` says nothing, so it counts as none.
struct NewItems: Sendable {
    /// So many of the newest, so that a catalogue of millions does not make every training a long one.
    static let most = 10_000

    let ids: [Int32]
    /// Of the model's items and then of these.
    let contents: [ItemContent]
}

extension Session {
    /// Reads the items that a model does not know; nil when there are none.
    func newItems(besides ids: ModelIDs) async throws -> NewItems? {
        let row = try await query(newItemsStatement, ids.items, Int32(NewItems.most))[0]
        guard let new: [Int32] = try row[0] else { return nil }
        let known = try await query(contentsStatement, ids.items)[0]
        return NewItems(
            ids: new,
            contents: contents(try known[0], try known[1], try known[2], try known[3])
                + contents(try row[1], try row[2], try row[3], try row[4]))
    }

    private func contents(
        _ titles: [String], _ categories: [String?], _ brands: [String?], _ prices: [Double?]
    ) -> [ItemContent] {
        titles.indices.map {
            ItemContent(title: titles[$0], category: categories[$0], brand: brands[$0], price: prices[$0])
        }
    }
}
