internal import CKernels

/// How BPR is trained.
public struct BPROptions: Sendable, Equatable, Codable {
    /// Factors per row, at least 1.
    public var rank: Int
    /// Passes; each draws as many pairs as there are interactions.
    public var epochs: Int
    /// Step of the first epoch, positive; it falls linearly to a tenth in the last.
    public var rate: Double
    /// Pull of every touched factor towards 0, not negative.
    public var regularization: Double
    /// β ≥ 0: the worse item is drawn in proportion to (its users)^β; 0 draws all items alike.
    public var popularityExponent: Double
    /// Worse items are the best scored of so many draws, at least 1; more make harder pairs.
    ///
    /// - Source: Zhang, Chen, Wang and Yu 2013, "Optimizing top-N collaborative filtering via dynamic negative item
    ///   sampling".
    public var candidates: Int
    /// Of the factors and all draws.
    public var seed: UInt64
    /// Each initial factor is drawn from N(0, (scale / √rank)²).
    public var initialScale: Double

    /// Options with their usual values.
    public init(
        rank: Int, epochs: Int = 100, rate: Double = 0.05, regularization: Double = 0.01,
        popularityExponent: Double = 0, candidates: Int = 1, seed: UInt64 = 1, initialScale: Double = 0.1
    ) {
        self.rank = rank
        self.epochs = epochs
        self.rate = rate
        self.regularization = regularization
        self.popularityExponent = popularityExponent
        self.candidates = candidates
        self.seed = seed
        self.initialScale = initialScale
    }

    /// Refuses settings outside their range.
    ///
    /// - Throws: ``FactorizationError/invalidSetting(_:)``.
    public func validate() throws(FactorizationError) {
        guard rank >= 1, epochs >= 1, candidates >= 1, rate > 0, rate.isFinite, regularization >= 0,
            rate * regularization < 1, popularityExponent >= 0, popularityExponent <= 10
        else { throw .invalidSetting("\(self)") }
    }
}

/// Trains factors so that a user's items score above others, by stochastic gradient ascent on pairs.
///
/// Steps follow each other on the caller's thread, because each builds on the one before: the result follows from the
/// seed alone. Values of interactions are ignored. A user who has everything gets no pairs.
///
/// - Parameters:
///   - interactions: `users × items`, from row 0.
///   - options: see there.
///   - check: called every few thousand pairs with the number of finished epochs; what it throws ends the work.
/// - Throws: ``FactorizationError/invalidSetting(_:)``; ``FactorizationError/notFinite(row:)`` with the first bad user
///   when the rate is so high that factors overflow; what `check` throws.
/// - Source: Rendle, Freudenthaler, Gantner and Schmidt-Thieme 2009, "BPR: Bayesian personalized ranking from implicit
///   feedback".
public func trainBPR(
    _ interactions: InteractionBlock, options: BPROptions, check: (_ epochs: Int) throws -> Void = { _ in }
) throws -> FactorModel {
    try options.validate()
    guard interactions.firstRow == 0, interactions.count > 0, interactions.columnCount > 1 else {
        throw FactorizationError.mismatch(
            "\(interactions.count) interactions with \(interactions.columnCount) items from row \(interactions.firstRow)"
        )
    }
    let trainer = try PairwiseTrainer(interactions, options)
    for epoch in 0..<options.epochs {
        let progress = options.epochs > 1 ? Double(epoch) / Double(options.epochs - 1) : 0
        try trainer.run(rate: Float(options.rate * (1 - 0.9 * progress))) { try check(epoch) }
    }
    return try trainer.model()
}

/// Factors in the making.
private final class PairwiseTrainer {
    private let kernels = Kernels.best
    private let interactions: InteractionBlock
    private let options: BPROptions
    private let width: Int
    private let userOf: [Int32]
    private let users: UnsafeMutablePointer<Float>
    private let items: UnsafeMutablePointer<Float>
    private let popularity: AliasTable?
    private var generator: SeededGenerator

    init(_ interactions: InteractionBlock, _ options: BPROptions) throws {
        self.interactions = interactions
        self.options = options
        width = Kernels.width(options.rank)
        var userOf: [Int32] = []
        userOf.reserveCapacity(interactions.count)
        for row in 0..<interactions.rows {
            for _ in interactions.columns(ofRow: row) { userOf.append(Int32(row)) }
        }
        self.userOf = userOf
        var counts = [Double](repeating: 0, count: interactions.columnCount)
        for column in interactions.columns { counts[Int(column)] += 1 }
        popularity =
            options.popularityExponent == 0
            ? nil : try AliasTable(weights: counts.map { Elementary.pow($0, options.popularityExponent) })
        users = try Self.start(interactions.rows, options, width, seed: options.seed)
        items = try Self.start(interactions.columnCount, options, width, seed: options.seed &+ 1)
        generator = SeededGenerator(seed: options.seed, stream: 1 << 40)
    }

    deinit {
        ck_free(users)
        ck_free(items)
    }

    private static func start(
        _ rows: Int, _ options: BPROptions, _ width: Int, seed: UInt64
    ) throws(FactorizationError) -> UnsafeMutablePointer<Float> {
        let drawn = try FactorMatrix.initial(
            rows: 0..<rows, rank: options.rank, seed: seed, scale: options.initialScale)
        let target = allocateFloats(rows * width)
        target.initialize(repeating: 0, count: rows * width)
        for row in 0..<rows {
            for d in 0..<options.rank { target[row * width + d] = drawn.values[row * options.rank + d] }
        }
        return target
    }

    func run(rate: Float, check: () throws -> Void) throws {
        for step in 0..<interactions.count {
            if step.isMultiple(of: 4096) { try check() }
            let position = generator.integer(below: interactions.count)
            let user = Int(userOf[position])
            let u = users + user * width
            guard let worse = drawWorse(user, u) else { continue }
            let i = items + Int(interactions.columns[position]) * width
            let j = items + worse * width
            let lead = kernels.dot(u, i, width) - kernels.dot(u, j, width)
            let slope = Float(1 / (1 + Elementary.exp(Double(lead))))
            kernels.pairwise_step(u, i, j, width, slope, rate, Float(options.regularization))
        }
    }

    /// The best scored of some items that the user does not have; nil when a hundred draws found none.
    private func drawWorse(_ user: Int, _ u: UnsafeMutablePointer<Float>) -> Int? {
        var best: Int?
        var bestScore: Float = 0
        var found = 0
        for _ in 0..<100 * options.candidates {
            let item = popularity?.draw(using: &generator) ?? generator.integer(below: interactions.columnCount)
            if interactions.contains(row: user, column: Int32(item)) { continue }
            found += 1
            if options.candidates == 1 { return item }
            let score = kernels.dot(u, items + item * width, width)
            if best == nil || score > bestScore { (best, bestScore) = (item, score) }
            if found == options.candidates { break }
        }
        return best
    }

    func model() throws(FactorizationError) -> FactorModel {
        try FactorModel(users: matrix(users, interactions.rows), items: matrix(items, interactions.columnCount))
    }

    private func matrix(_ base: UnsafeMutablePointer<Float>, _ rows: Int) throws(FactorizationError) -> FactorMatrix {
        var values: [Float] = []
        values.reserveCapacity(rows * options.rank)
        for row in 0..<rows {
            values.append(contentsOf: UnsafeBufferPointer(start: base + row * width, count: options.rank))
        }
        return try FactorMatrix(values: values, rank: options.rank)
    }
}
