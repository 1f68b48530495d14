import Foundation

/// What one customer did in one order or visit, of known products only.
struct ShopVisit: Sendable, Equatable {
    /// One line of it.
    struct Line: Sendable, Equatable {
        var item: Int32
        /// Pieces, from 1.
        var quantity: Int32
        var meaning: Meaning
        /// Place of its kind among those that count as interest, from 1; 0 for none of them.
        var kind: Int16 = 0
    }

    /// What a line counts as.
    struct Meaning: OptionSet, Sendable {
        let rawValue: Int16
        static let purchase = Meaning(rawValue: 1)
        static let takenBack = Meaning(rawValue: 2)
    }

    var customer: Int32
    var lines: [Line]
    var began: Date
    var ended: Date
}
