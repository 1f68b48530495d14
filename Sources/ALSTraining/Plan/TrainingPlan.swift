import Analytics
import Millrace

/// How a training is cut into jobs; kept with the model.
struct TrainingPlan: Codable, Sendable, Equatable {
    let arguments: TrainingArguments
    /// Bounds of the user side's shards as numbers of blocks, from 0 to the number of blocks.
    let userShards: [Int]
    /// Bounds of the item side's shards.
    let itemShards: [Int]

    private enum CodingKeys: String, CodingKey {
        case arguments
        case userShards = "user_shards"
        case itemShards = "item_shards"
    }

    init(_ byUser: InteractionBlock, byItem: InteractionBlock, _ arguments: TrainingArguments) {
        self.arguments = arguments
        userShards = Self.bounds(byUser, arguments)
        itemShards = Self.bounds(byItem, arguments)
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

    /// Cuts between blocks so that the shards take about the same time: forming a row's equations costs its interactions
    /// times factors², solving them about factors³ / 3.
    private static func bounds(_ interactions: InteractionBlock, _ arguments: TrainingArguments) -> [Int] {
        let blocks = RowBlocks(rows: interactions.rows)
        let ranges = blocks.shards(arguments.shards) { row in
            let observed = interactions.rowOffsets[row + 1] - interactions.rowOffsets[row]
            return observed == 0 ? 0 : Double(observed) + Double(arguments.factors) / 3
        }
        return ranges.map { $0.lowerBound / blocks.rowsPerBlock } + [blocks.count]
    }
}

/// A side of the matrix.
enum Side: String, Codable, Sendable, CaseIterable {
    case user, item

    /// The side that this one is solved from.
    var other: Side { self == .user ? .item : .user }
}
