internal import CKernels
import Synchronization

/// How a user's past made up the score of an item.
public struct ScoreExplanation: Sendable, Equatable {
    /// The item that was scored.
    public let item: Int32
    /// x_u·y_item with x_u solved exactly in double precision.
    public let score: Double
    /// What each past item adds to the score, in the order of the user's columns; they add up to `score`.
    public let contributions: [Double]
}

/// Scores of one user that are to be explained.
public struct ScoresToExplain: Sendable {
    /// The items that were scored.
    public var targets: [Int32]
    /// The user's past items, as one row of an ``InteractionBlock``.
    public var columns: ArraySlice<Int32>
    /// Their strengths.
    public var values: ArraySlice<Float>

    /// The scores of `targets` for a user with that past.
    public init(targets: [Int32], columns: ArraySlice<Int32>, values: ArraySlice<Float>) {
        self.targets = targets
        self.columns = columns
        self.values = values
    }
}

/// Splits ALS scores into the contributions of each user's past items.
///
/// With A the matrix of the user's normal equations, score = y_itemᵀ A⁻¹ Σ_j c_j y_j, so item j of the past contributes
/// c_j · y_itemᵀ A⁻¹ y_j. In double precision; the score agrees with the inner product of trained factors to single
/// precision when the user's factors were solved against the same item factors.
///
/// A user with n past items and t targets takes n·f²/2 + f³/6 + t·f² + n·t·f multiplications.
///
/// - Parameters:
///   - users: any number of users.
///   - items: all item factors, `items × rank`.
///   - gramian: Yᵀ Y over all items.
///   - objective: as in training.
///   - threads: how many share the work, at least 1; any number gives the same bytes.
///   - check: called on the caller's thread every few users; what it throws ends the work.
/// - Returns: for each user one explanation per target, in order.
/// - Throws: ``FactorizationError`` when sizes do not fit, an index or a value is out of range, or A is not positive
///   definite; what `check` throws.
/// - Source: Hu, Koren and Volinsky 2008, §5.
public func explainScores(
    of users: [ScoresToExplain], items: FactorMatrix, gramian: Gramian, objective: ImplicitObjective, threads: Int = 1,
    check: () throws -> Void = {}
) throws -> [[ScoreExplanation]] {
    let run = 16
    let pieces = (users.count + run - 1) / run
    let parts = Mutex([[[ScoreExplanation]]](repeating: [], count: pieces))
    try inParallel(threads: threads, pieces: pieces, check: check) {
        Explaining()
    } body: { own, piece in
        let explainer = try own.explainer ?? ScoreExplainer(items: items, gramian: gramian, objective: objective)
        own.explainer = explainer
        let found = try users[piece * run..<min(users.count, (piece + 1) * run)].map { try explainer.explain($0) }
        parts.withLock { $0[piece] = found }
    }
    return parts.withLock { Array($0.joined()) }
}

/// What a thread explains with, once it has a user.
private final class Explaining {
    var explainer: ScoreExplainer?
}

/// Explains scores of one user after another, on one thread.
private final class ScoreExplainer {
    private let items: FactorMatrix
    private let objective: ImplicitObjective
    private let itemCount: Int
    /// α₀ Yᵀ Y by rows of the matrix; only its upper triangle is read.
    private let shared: [Double]
    private var matrix: DoubleMatrix
    private let kernels = Kernels.best

    init(items: FactorMatrix, gramian: Gramian, objective: ImplicitObjective) throws(FactorizationError) {
        try objective.validate()
        guard gramian.rank == items.rank else {
            throw .mismatch("factors of rank \(items.rank) and a Gramian of \(gramian.rank)")
        }
        self.items = items
        self.objective = objective
        itemCount = gramian.rows
        matrix = DoubleMatrix(order: items.rank)
        var shared = [Double](repeating: 0, count: matrix.padded * matrix.padded)
        for i in 0..<items.rank {
            for j in i..<items.rank { shared[i * matrix.padded + j] = objective.unobservedWeight * gramian[i, j] }
        }
        self.shared = shared
    }

    func explain(_ user: ScoresToExplain) throws -> [ScoreExplanation] {
        let (targets, columns, values) = (user.targets, user.columns, user.values)
        guard columns.count == values.count else {
            throw FactorizationError.mismatch("\(columns.count) columns and \(values.count) values")
        }
        if let bad = values.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw FactorizationError.invalidBlock("a past value of \(bad)")
        }
        let known = 0..<Int32(items.rows)
        if let stranger = columns.first(where: { !known.contains($0) }) ?? targets.first(where: { !known.contains($0) })
        {
            throw FactorizationError.mismatch("item \(stranger) is not among \(items.rows) items")
        }
        guard !targets.isEmpty else { return [] }
        let weights = values.map { objective.weights($0) }
        let past = rows(of: columns)
        try factorize(past: past, weights: weights.map { $0.matrix })
        let width = (targets.count + 7) & ~7
        let solved = AlignedBuffer<Double>(count: matrix.padded * width)
        for (target, item) in targets.enumerated() {
            for (factor, value) in items[Int(item)].enumerated() {
                solved.base[factor * width + target] = Double(value)
            }
        }
        matrix.solveFactorized(solved.base, width: width)
        let sums = AlignedBuffer<Double>(count: columns.count * width)
        for place in 0..<weights.count {
            let line = sums.base + place * width
            for factor in 0..<items.rank {
                let value = past[place * matrix.padded + factor]
                let other = solved.base + factor * width
                for target in 0..<width { line[target] += value * other[target] }
            }
        }
        return targets.enumerated().map { target, item in
            let contributions = weights.indices.map { weights[$0].target * sums.base[$0 * width + target] }
            return ScoreExplanation(item: item, score: contributions.reduce(0, +), contributions: contributions)
        }
    }

    /// Rows of some items in double precision, padded with zeros.
    private func rows(of columns: some Collection<Int32>) -> [Double] {
        var rows = [Double](repeating: 0, count: columns.count * matrix.padded)
        for (place, column) in columns.enumerated() {
            for (factor, value) in items[Int(column)].enumerated() {
                rows[place * matrix.padded + factor] = Double(value)
            }
        }
        return rows
    }

    /// Factorizes A = α₀ YᵀY + λ + Σ w y yᵀ over the past.
    private func factorize(past: [Double], weights: [Double]) throws {
        let (padded, stride) = (matrix.padded, matrix.stride)
        let lambda = objective.regularization(observed: weights.count, others: itemCount)
        let base = matrix.base
        for i in 0..<items.rank {
            for j in i..<padded { base[i * stride + j] = shared[i * padded + j] }
            base[i * stride + i] += lambda
        }
        for i in items.rank..<padded { for j in i..<padded { base[i * stride + j] = 0 } }
        var weighed = past
        for (place, weight) in weights.enumerated() {
            for factor in 0..<padded { weighed[place * padded + factor] *= -weight }
        }
        // In strips of rows, from the diagonal on.
        weighed.withUnsafeBufferPointer { left in
            past.withUnsafeBufferPointer { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return }
                for first in Swift.stride(from: 0, to: padded, by: DoubleMatrix.block) {
                    let rows = min(DoubleMatrix.block, padded - first)
                    kernels.subtract_product_double(
                        base + first * stride + first, stride, left + first, padded, right + first, padded, rows,
                        padded - first, weights.count)
                }
            }
        }
        try matrix.factorizeSymmetric(threads: 1)
    }
}
