import Analytics
import Postgres

/// A model after its last half-iteration, with all item factors in memory.
struct TrainedModel: Sendable {
    let arguments: TrainingArguments
    let items: FactorMatrix
    let gramian: Gramian

    /// The customers of one block.
    struct Customers: Sendable {
        let block: Int
        let factors: FactorMatrix
        /// What they showed interest in.
        let interactions: InteractionBlock
        /// What they must not get; no interactions when they may get everything.
        let excluded: InteractionBlock
    }

    /// Reads a model in training from its blocks.
    init(_ model: TrainingModel, from session: some Session) async throws {
        let half = try model.finalIterations().item
        arguments = model.plan.arguments
        items = try await session.factors(of: model, half: half)
        gramian = try await session.gramian(model: model.id, half: half)
    }

    /// A model trained in this process.
    init(_ trained: TrainedFactors, _ arguments: TrainingArguments) {
        self.arguments = arguments
        items = trained.items
        gramian = Gramian(of: trained.items)
    }

    /// Reads the customers of a run of blocks.
    func customers(
        ofBlocks blocks: Range<Int>, model: TrainingModel, from session: some Session
    ) async throws -> [Customers] {
        let factors = try await session.factorBlocks(of: model, half: try model.finalIterations().user, blocks: blocks)
        let role: InteractionRole = arguments.validates ? .known : .user
        let interactions = try await session.interactions(model: model.id, role: role, blocks: blocks)
        let excluded =
            arguments.excludeBought
            ? try await session.interactions(model: model.id, role: .bought, blocks: blocks) : nil
        return try permanently {
            try blocks.enumerated().map { index, block in
                try Customers(
                    block: block, factors: factors[index], interactions: interactions[index], excluded: excluded?[index]
                )
            }
        }
    }

    /// The customers of a training in this process, by blocks.
    func customers(of data: TrainingData, factors: FactorMatrix) throws -> [Customers] {
        let interactions = data.known ?? data.interactions
        let blocks = RowBlocks(rows: interactions.rows)
        return try (0..<blocks.count).map { block in
            try Customers(
                block: block, factors: factors.block(of: blocks[block]),
                interactions: interactions.block(of: blocks[block]), excluded: data.bought?.block(of: blocks[block]))
        }
    }

    /// The best items of the customers of some blocks, at once: making the items ready for it takes time.
    ///
    /// - Parameter factors: of the items, the model's own or those of an ``Assortment``.
    func topItems(
        for blocks: [Customers], of factors: FactorMatrix, count: Int, isRecommendable: [Bool]?,
        check: () throws -> Void
    ) throws -> [RankedLists] {
        let lists = try Analytics.topItems(
            users: try FactorMatrix(joining: blocks.map(\.factors)), items: factors, count: count,
            excluding: try InteractionBlock(joining: blocks.map(\.excluded), columnCount: factors.rows),
            recommendable: isRecommendable, threads: arguments.threads, check: check)
        var first = 0
        return blocks.map { block in
            defer { first += block.factors.rows }
            return RankedLists((first..<first + block.factors.rows).map { lists.list(ofRow: $0) })
        }
    }

    /// What made up the scores of customers' items.
    func explain(
        _ customers: [ScoresToExplain], by factors: FactorMatrix, check: () throws -> Void
    ) throws -> [[ScoreExplanation]] {
        try explainScores(
            of: customers, items: factors, gramian: gramian, objective: arguments.objective, threads: arguments.threads,
            check: check)
    }
}

extension TrainedModel.Customers {
    init(
        block: Int, factors: FactorMatrix, interactions: InteractionBlock, excluded: InteractionBlock?
    ) throws(FactorizationError) {
        self.block = block
        self.factors = factors
        self.interactions = interactions
        self.excluded =
            if let excluded {
                excluded
            } else {
                try InteractionBlock(
                    [], firstRow: interactions.firstRow, rows: interactions.rows,
                    columnCount: interactions.columnCount)
            }
    }
}

extension InteractionBlock {
    /// Joins blocks that follow each other.
    ///
    /// - Parameter columnCount: at least that of the blocks; nil for theirs.
    init(joining blocks: [InteractionBlock], columnCount: Int? = nil) throws(FactorizationError) {
        guard let first = blocks.first else { throw .mismatch("no blocks to join") }
        var offsets = [0]
        var columns: [Int32] = []
        var values: [Float] = []
        for block in blocks {
            let start = columns.count
            offsets.append(contentsOf: block.rowOffsets.dropFirst().map { $0 + start })
            columns.append(contentsOf: block.columns)
            values.append(contentsOf: block.values)
        }
        try self.init(
            firstRow: first.firstRow, columnCount: columnCount ?? first.columnCount, rowOffsets: offsets,
            columns: columns,
            values: values)
    }
}
