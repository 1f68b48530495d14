import Analytics

extension TrainedModel {
    /// What the training minimised, from the parts of the blocks.
    ///
    /// - Parameters:
    ///   - blocks: of all customers, in any order.
    ///   - itemCustomers: how many customers each item has.
    ///   - users: Gramian of all customers' factors.
    func loss(_ blocks: [BlockLoss], itemCustomers: [Int32], users: Gramian) throws(FactorizationError) -> Double {
        let observed = blocks.sorted { $0.block < $1.block }.reduce(0.0) { $0 + $1.value }
        return try observed
            + arguments.objective.penalty(of: items, observed: itemCustomers.map(Int.init), others: users.rows)
            + arguments.objective.unobservedPart(users, gramian)
    }
}
