import Foundation
import Postgres

/// One row per order or visit, each customer's in the order of time; lines of a visit in any order.
///
/// Left out: guests, customers and items that are not known, what is no product, impossible times, sales without a
/// price above zero, and quantities nobody believes. An order is named by its reference, or else its session, or else
/// its day. The numbers of `meaning` are those of ``ShopVisit/Meaning``.
private let visitsStatement: Statement = """
    SELECT event.customer_id, min(event.at), max(event.at), array_agg(event.item_id), array_agg(event.quantity),
        array_agg((CASE event.kind WHEN 'purchase' THEN 1 WHEN 'return' THEN 2 ELSE 0 END)::smallint),
        array_agg(coalesce(array_position($1, event.kind::text), 0)::smallint)
    FROM shop.event
    JOIN shop.customer ON customer.id = event.customer_id
    JOIN shop.item ON item.id = event.item_id AND item.is_product
    WHERE (event.kind IN ('purchase', 'return') OR event.kind::text = ANY ($1))
        AND event.at > '-infinity' AND event.at < clock_timestamp() + interval '1 day'
        AND event.quantity BETWEEN 1 AND 10000
        AND (event.kind NOT IN ('purchase', 'return') OR coalesce(event.price, item.price) > 0)
    GROUP BY event.customer_id,
        coalesce(event.order_ref, event.session, (event.at AT TIME ZONE 'UTC')::date::text) COLLATE "C"
    ORDER BY event.customer_id, min(event.at),
        coalesce(event.order_ref, event.session, (event.at AT TIME ZONE 'UTC')::date::text) COLLATE "C"
    """

extension Connection {
    /// Reads all visits, by customer and time.
    ///
    /// - Parameter kinds: the events that count as interest.
    nonisolated func visits(kinds: [String]) -> AsyncThrowingMapSequence<RowStream, ShopVisit> {
        stream(visitsStatement, kinds).map { row in
            let (customer, began, ended, items, quantities, meanings, places) = try row.decode(
                Int32.self, Date.self, Date.self, [Int32].self, [Int32].self, [Int16].self, [Int16].self)
            let lines = items.indices.map { index in
                ShopVisit.Line(
                    item: items[index], quantity: quantities[index],
                    meaning: ShopVisit.Meaning(rawValue: meanings[index]), kind: places[index])
            }
            return ShopVisit(customer: customer, lines: lines, began: began, ended: ended)
        }
    }
}
