import Analytics
import Millrace

/// How a training is cut into jobs; kept with the model.
struct TrainingPlan: Codable, Sendable, Equatable {
    let arguments: TrainingArguments
    /// Bounds of the user side's shards as numbers of blocks, from 0 to the number of blocks.
    let userShards: [Int]
    /// Bounds of the item side's shards.
    let itemShards: [Int]
    /// Why it is cut like that.
    let estimate: TrainingEstimate

    private enum CodingKeys: String, CodingKey {
        case arguments, estimate
        case userShards = "user_shards"
        case itemShards = "item_shards"
    }

    /// - Parameters:
    ///   - byUser: users × items.
    ///   - byItem: the same by item.
    ///   - secondsPerCost: from ``timeSolving(_:from:gramian:arguments:limit:check:)``.
    ///   - slots: of live workers that can solve.
    init(
        _ byUser: InteractionBlock, byItem: InteractionBlock, _ arguments: TrainingArguments, secondsPerCost: Double,
        slots: Int
    ) {
        self.arguments = arguments
        let sides = [byUser, byItem]
        let cost = sides.reduce(0.0) { $0 + arguments.rowSolver.cost(of: $1, rank: arguments.factors) }
        estimate = TrainingEstimate(
            arguments, solveSeconds: secondsPerCost * cost,
            lines: arguments.holdout == .none ? byUser.rows * arguments.topN : 0, slots: slots,
            transferBytes: { shards in
                sides.reduce(0) {
                    $0 + bytesMoved(of: $1, shards: Self.shards(shards, of: $1, arguments), arguments, slots: slots)
                }
            })
        userShards = Self.bounds(byUser, max(1, estimate.shards), arguments)
        itemShards = Self.bounds(byItem, max(1, estimate.shards), arguments)
    }

    /// The number of shards of a side; at most the number of its blocks.
    func shards(of side: Side) -> Int { bounds(of: side).count - 1 }

    /// The blocks of a shard.
    ///
    /// - Throws: `PermanentFailure` when there is no such shard, as when somebody enqueues the job by hand.
    func blocks(ofShard shard: Int, side: Side) throws -> Range<Int> {
        let bounds = bounds(of: side)
        guard shard >= 0, shard < shards(of: side) else {
            throw PermanentFailure(
                "there is no shard \(shard) among \(shards(of: side)) of the \(side.rawValue) side  →  leave this job to "
                    + "als-training, which plans it")
        }
        return bounds[shard]..<bounds[shard + 1]
    }

    private func bounds(of side: Side) -> [Int] { side == .user ? userShards : itemShards }

    private static func bounds(_ rows: InteractionBlock, _ shards: Int, _ arguments: TrainingArguments) -> [Int] {
        let blocks = RowBlocks(rows: rows.rows)
        return Self.shards(shards, of: rows, arguments).map { $0.lowerBound / blocks.rowsPerBlock } + [blocks.count]
    }

    /// Cuts between blocks so that the shards take about the same time.
    private static func shards(
        _ shards: Int, of rows: InteractionBlock, _ arguments: TrainingArguments
    ) -> [Range<Int>] {
        RowBlocks(rows: rows.rows).shards(shards) { row in
            arguments.rowSolver.cost(
                interactions: rows.rowOffsets[row + 1] - rows.rowOffsets[row], rank: arguments.factors)
        }
    }
}

/// A side of the matrix.
enum Side: String, Codable, Sendable, CaseIterable {
    case user, item

    /// The side that this one is solved from.
    var other: Side { self == .user ? .item : .user }
}

/// What a half-iteration moves: interactions and factors that shards read, and factors that they write.
private func bytesMoved(
    of rows: InteractionBlock, shards: [Range<Int>], _ arguments: TrainingArguments, slots: Int
) -> Int {
    let factorBytes = arguments.factors * arguments.transfer.size
    let written = rows.rows * factorBytes
    let cuts = shards.map { FactorCuts(RowSubset(columnsOf: rows.block(of: $0)), rowBytes: factorBytes).rows }
    let few = cuts.filter { Double($0) <= FactorCuts.mostShare * Double(rows.columnCount) }
    // The others read all rows, and a process, which has one slot at least, reads them once.
    let readers = min(cuts.count - few.count, max(1, slots))
    let fetched = (few.reduce(0, +) + readers * rows.columnCount) * factorBytes
    return 8 * rows.count + fetched + written * (arguments.solver == .cholesky ? 1 : 2)
}
