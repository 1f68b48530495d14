/// What one thread solves rows with.
final class RowWorker {
    private enum Method {
        case exact(ExactRowSolver)
        case conjugate(ConjugateRowSolver)
        case subspace(SubspaceRowSolver)
    }

    private let method: Method
    private let weights: RowWeights
    private let objective: ImplicitObjective
    private let others: Int
    private let rank: Int

    init(
        gramian: Gramian, objective: ImplicitObjective, solver: RowSolver, condition: ConditionBound?
    ) {
        self.objective = objective
        others = gramian.rows
        rank = gramian.rank
        weights = RowWeights(objective: objective)
        let unobserved = objective.unobservedWeight
        switch solver {
        case .cholesky:
            method = .exact(
                ExactRowSolver(
                    gramian: gramian, unobservedWeight: unobserved, condition: condition))
        case .conjugateGradient(let steps):
            method = .conjugate(ConjugateRowSolver(gramian: gramian, unobservedWeight: unobserved, steps: steps))
        case .subspace(let size):
            method = .subspace(SubspaceRowSolver(gramian: gramian, unobservedWeight: unobserved, size: size))
        }
    }

    func solve(
        _ rows: Range<Int>, of block: InteractionBlock, items: PaddedRows, start: FactorMatrix?,
        into result: UnsafeMutablePointer<Float>
    ) throws(FactorizationError) {
        for row in rows {
            let target = result + row * rank
            let range = block.rowOffsets[row]..<block.rowOffsets[row + 1]
            let lambda = objective.regularization(observed: range.count, others: others)
            let outcome = block.columns.withUnsafeBufferPointer { columns in
                block.values.withUnsafeBufferPointer { values in
                    weights.row(columns: columns, values: values, range: range, lambda: lambda).flatMap { data in
                        range.isEmpty ? nil : solve(data, row: row, items: items.base, start: start, into: target)
                    }
                }
            }
            switch outcome {
            case .solved: break
            case .notPositiveDefinite: throw .notPositiveDefinite(row: block.firstRow + row)
            case .notFinite: throw .notFinite(row: block.firstRow + row)
            case nil: target.initialize(repeating: 0, count: rank)
            }
        }
    }

    private func solve(
        _ data: RowData, row: Int, items: UnsafePointer<Float>, start: FactorMatrix?,
        into target: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        if case .exact(let solver) = method { return solver.solve(data, items: items, into: target) }
        guard let start else { return improve(data, items: items, from: nil, into: target) }
        return start.values.withUnsafeBufferPointer { values in
            improve(data, items: items, from: values.baseAddress.map { $0 + row * rank }, into: target)
        }
    }

    private func improve(
        _ data: RowData, items: UnsafePointer<Float>, from start: UnsafePointer<Float>?,
        into target: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        switch method {
        case .exact(let solver): solver.solve(data, items: items, into: target)
        case .conjugate(let solver): solver.solve(data, items: items, from: start, into: target)
        case .subspace(let solver): solver.solve(data, items: items, from: start, into: target)
        }
    }
}
