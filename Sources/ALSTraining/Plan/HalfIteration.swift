/// One side solved once. Iteration 0 is what the training starts from: random user factors.
///
/// Items are solved first and users last, so that every customer's factors are exact for the final items, and what the
/// past items add to a score adds up to it.
struct HalfIteration: Codable, Sendable, Equatable {
    let side: Side
    let iteration: Int
    /// In the last one of a training that validated: the iteration whose items the users are solved from, now with all
    /// that is known of them.
    var from: Int?

    /// What the training starts from.
    static let start = HalfIteration(side: .user, iteration: 0)

    init(side: Side, iteration: Int, from: Int? = nil) {
        self.side = side
        self.iteration = iteration
        self.from = from
    }

    /// What is solved from this one.
    var next: HalfIteration {
        side == .user
            ? HalfIteration(side: .item, iteration: iteration + 1) : HalfIteration(side: .user, iteration: iteration)
    }

    /// What this one is solved from.
    var source: HalfIteration {
        side == .user
            ? HalfIteration(side: .item, iteration: from ?? iteration)
            : HalfIteration(side: .user, iteration: iteration - 1)
    }

    /// The factors of its own side that approximate solvers start from; nil for zeros.
    var former: HalfIteration? {
        if let from { return HalfIteration(side: .user, iteration: from) }
        return side == .item && iteration == 1 ? nil : HalfIteration(side: side, iteration: iteration - 1)
    }

    /// The interactions it is solved by.
    var role: InteractionRole { from == nil ? InteractionRole(side) : .known }

    /// In words.
    var title: String { "\(side.rawValue) factors, iteration \(iteration)" }
}
