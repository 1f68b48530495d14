/// The interactions of one row with their weights, as kernels read them.
struct RowData {
    /// Columns of the row, followed in memory by those of the rows after it.
    let columns: UnsafePointer<Int32>
    let count: Int
    /// How many columns follow in memory after the row's own.
    let following: Int
    /// What each adds to the right-hand side; nil for 1.
    let targets: UnsafePointer<Float>?
    /// What each adds to the matrix; nil for 1.
    let weights: UnsafePointer<Float>?
    /// λ of the row.
    let lambda: Double
}

/// Turns interaction values into weights, row by row, in memory of its own.
final class RowWeights {
    private let objective: ImplicitObjective
    private var targets: UnsafeMutablePointer<Float>
    private var weights: UnsafeMutablePointer<Float>
    private var capacity: Int

    init(objective: ImplicitObjective) {
        self.objective = objective
        capacity = 1024
        targets = .allocate(capacity: capacity)
        weights = .allocate(capacity: capacity)
    }

    deinit {
        targets.deallocate()
        weights.deallocate()
    }

    /// - Parameters:
    ///   - columns: of the whole block.
    ///   - values: of the whole block.
    ///   - range: where the row's are.
    ///   - lambda: the row's regularisation.
    func row(
        columns: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Float>, range: Range<Int>, lambda: Double
    ) -> RowData? {
        guard let columnBase = columns.baseAddress, let valueBase = values.baseAddress else { return nil }
        let isUniform = objective.confidence == .uniform
        if !isUniform {
            grow(to: range.count)
            objective.fillWeights(valueBase + range.lowerBound, count: range.count, targets: targets, weights: weights)
        }
        return RowData(
            columns: columnBase + range.lowerBound, count: range.count, following: columns.count - range.upperBound,
            targets: isUniform ? nil : UnsafePointer(targets), weights: isUniform ? nil : UnsafePointer(weights),
            lambda: lambda)
    }

    private func grow(to count: Int) {
        guard count > capacity else { return }
        targets.deallocate()
        weights.deallocate()
        capacity = count * 2
        targets = .allocate(capacity: capacity)
        weights = .allocate(capacity: capacity)
    }
}
