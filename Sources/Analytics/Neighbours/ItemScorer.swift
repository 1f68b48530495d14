/// A recommender that scores all items for the rows of a matrix.
///
/// Only the order of a row's scores counts, unless a blend says how it makes them comparable.
public protocol ItemScorer: Sendable {
    /// The number of items.
    var itemCount: Int { get }
    /// The number of users that it can score; nil when any history will do.
    var userCount: Int? { get }

    /// Scores of all items for some rows.
    ///
    /// - Parameters:
    ///   - rows: of `history`, which a factor model takes to be its own users.
    ///   - history: what the users did, `users × items`.
    /// - Returns: `rows × itemCount`, row-major.
    func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float]
}

extension ItemScorer {
    /// Any history will do.
    public var userCount: Int? { nil }
}

extension FactorModel: ItemScorer {
    /// The number of items.
    public var itemCount: Int { items.rows }
    /// The number of users.
    public var userCount: Int? { users.rows }

    /// Inner products of factors.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        denseScores(users: users, rows: rows, items: items)
    }
}

/// How popular an item is, the same for everybody.
extension PopularItems: ItemScorer {
    /// The number of items.
    public var itemCount: Int { users.count }

    /// The number of users of each item.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        let one = users.map(Float.init)
        return rows.flatMap { _ in one }
    }
}
