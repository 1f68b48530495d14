import Foundation
import Millrace
import Postgres

private let modelStatement: Statement = """
    SELECT state, parameters, customers, items, interactions, user_iteration, item_iteration
    FROM shop.model WHERE id = $1
    """

private let idsStatement: Statement = """
    SELECT customer_ids, item_ids, item_customers, item_seen_at, data_to FROM shop.model WHERE id = $1
    """

/// A model in training, without what can be large.
struct TrainingModel: Sendable {
    let id: Int64
    let plan: TrainingPlan
    let users: Int
    let items: Int
    let interactions: Int
    /// Which factors it consists of; nil until its last half-iteration has begun.
    let final: FinalIterations?

    /// The number of rows of a side.
    func rows(of side: Side) -> Int { side == .user ? users : items }

    /// Which factors it consists of.
    ///
    /// - Throws: `PermanentFailure` before that is known.
    func finalIterations() throws -> FinalIterations {
        guard let final else {
            throw PermanentFailure(
                "model \(id) is still being trained  →  leave this job to als-training, which plans it")
        }
        return final
    }
}

/// Which factors a model consists of.
struct FinalIterations: Sendable, Equatable {
    let user: HalfIteration
    let item: HalfIteration

    init(user: Int, item: Int) {
        self.user = HalfIteration(side: .user, iteration: user)
        self.item = HalfIteration(side: .item, iteration: item)
    }
}

/// Which customer and item each row stands for, and what is known of the items.
struct ModelIDs: Sendable {
    let customers: [Int32]
    let items: [Int32]
    /// How many customers each item has.
    let itemCustomers: [Int32]
    /// Days from each item's first event to the last event of all.
    let itemAges: [Double]

    init(customers: [Int32], items: [Int32], itemCustomers: [Int32], seenAt: [Date], dataTo: Date?) {
        self.customers = customers
        self.items = items
        self.itemCustomers = itemCustomers
        itemAges = seenAt.map { (dataTo ?? $0).timeIntervalSince($0) / 86_400 }
    }

    private init(_ ids: ModelIDs, adding new: [Int32]) {
        customers = ids.customers
        items = ids.items + new
        itemCustomers = ids.itemCustomers + new.map { _ in 0 }
        itemAges = ids.itemAges + new.map { _ in 0 }
    }

    /// The same with items that nobody has and that are new.
    func adding(_ items: [Int32]) -> ModelIDs { ModelIDs(self, adding: items) }
}

extension Session {
    /// Reads a model that is in training.
    ///
    /// - Throws: `PermanentFailure` when it is gone, or its training has ended.
    func trainingModel(_ id: Int64) async throws -> TrainingModel {
        guard let row = try await first(modelStatement, id) else {
            throw PermanentFailure("model \(id) is gone  →  start a new training: `millrace run als-training`")
        }
        let (state, parameters, users, items, interactions, user, item) = try row.decode(
            String.self, JSONText.self, Int.self, Int.self, Int.self, Int?.self, Int?.self)
        guard state == "training" else {
            throw PermanentFailure(
                "the training of model \(id) has ended (\(state)), and its blocks are gone  →  start a new one: "
                    + "`millrace run als-training`")
        }
        var final: FinalIterations?
        if let user, let item { final = FinalIterations(user: user, item: item) }
        return TrainingModel(
            id: id, plan: try parameters.decode(), users: users, items: items, interactions: interactions, final: final)
    }

    /// Reads which customer and item each row of a model stands for.
    func modelIDs(_ id: Int64) async throws -> ModelIDs {
        let (customers, items, itemCustomers, seenAt, dataTo) = try await query(idsStatement, id)[0].decode(
            [Int32].self, [Int32].self, [Int32].self, [Date].self, Date?.self)
        return ModelIDs(
            customers: customers, items: items, itemCustomers: itemCustomers, seenAt: seenAt, dataTo: dataTo)
    }
}
