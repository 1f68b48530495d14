import Foundation
import Shop

/// One customer's affinities: signs of interest by category, brand and price, each halved with every half-life.
///
/// Decay counts back from the customer's own last sign. Shares are the same from wherever it counts, and so do not depend
/// on when they are computed, not in the last bit either.
struct AffinityTally: Sendable {
    /// Fifths of a category's prices, the cheapest first.
    static let priceBands = ["lowest", "low", "middle", "high", "highest"]

    private let catalogue: ShopCatalogue
    private let halfLifeDays: Double
    private let reference: Timestamp
    private(set) var categories: [Int32: Double] = [:]
    private(set) var brands: [Int32: Double] = [:]
    /// By index into ``priceBands``.
    private(set) var prices: [Int32: Double] = [:]

    /// - Parameter events: of one customer, in the order of time.
    init(_ events: [CleanEvent], catalogue: ShopCatalogue, halfLifeDays: Double) {
        self.catalogue = catalogue
        self.halfLifeDays = halfLifeDays
        let signs = events.filter { Self.weight(of: $0.kind) != nil }
        reference = signs.last?.at ?? Timestamp(microseconds: 0)
        for sign in signs { add(sign) }
    }

    private mutating func add(_ event: CleanEvent) {
        guard let item = catalogue[event.item], let weight = Self.weight(of: event.kind) else { return }
        let decayed = weight * exp2(-reference.days(since: event.at) / halfLifeDays)
        categories[item.category, default: 0] += decayed
        if let brand = item.brand { brands[brand, default: 0] += decayed }
        guard event.price > 0 else { return }
        let rank = catalogue.rank(of: event.price, inCategory: item.category)
        prices[Int32(min(4, rank * 5)), default: 0] += decayed
    }

    /// How much a sign of interest counts; `nil` for what is none.
    private static func weight(of kind: EventKind) -> Double? {
        switch kind {
        case .view: 1
        case .click: 2
        case .cart: 4
        case .purchase: 8
        case .return, .review: nil
        }
    }
}
