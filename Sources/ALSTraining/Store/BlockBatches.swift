import Millrace

extension Range<Int> {
    /// Runs of at most 32 blocks of factors, so that one statement carries no more than some megabytes.
    var batches: [Range<Int>] { batches(of: 32) }

    /// The same of interactions, whose blocks are larger.
    var interactionBatches: [Range<Int>] { batches(of: 8) }

    private func batches(of count: Int) -> [Range<Int>] {
        stride(from: lowerBound, to: upperBound, by: count).map { $0..<Swift.min($0 + count, upperBound) }
    }
}

/// Blocks that a job needs and the database does not have.
struct MissingBlocks {
    let what: String
    let model: Int64
    let found: Int
    let expected: Int

    /// The failure of the job that needed them.
    var failure: PermanentFailure {
        PermanentFailure(
            "model \(model): \(found) blocks of \(what) where \(expected) were expected; somebody removed them  →  start a "
                + "new training: `millrace run als-training`")
    }
}
