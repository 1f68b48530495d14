import Millrace

/// What a training was expected to take in one process and in shards, and which of them was chosen; kept with the model and
/// shown in the job's result.
///
/// A half-iteration in one process takes its solving divided by `threads`. In shards it takes its solving divided by the
/// slots that can take part and their threads, the barrier, and the bytes that go through the database. The seconds of the
/// recommendations at the end are left out, but many lines are made and written in shards: a process would hold them all, and
/// its transaction would be a long one.
struct TrainingEstimate: Codable, Sendable, Equatable {
    /// How a training runs.
    enum Mode: String, Codable, Sendable, CaseIterable {
        case inProcess = "in-process"
        case sharded
    }

    /// Seconds of a barrier: the last shard's completion, the job that ends the half-iteration, and claiming the next
    /// shards. Measured; see docs/training.md.
    static let barrierSeconds = 0.05
    /// Bytes that shards read or write in a second, by a database on the same machine. Assumed, not measured yet.
    static let bytesPerSecond = 250e6
    /// The longest training that a crash may cost altogether.
    static let mostSecondsInProcess = 60.0
    /// What a shard should take at most, since a crash costs one.
    static let mostSecondsOfShard = 5.0
    /// The most lines of recommendations that one process makes and writes at once.
    static let mostLinesInProcess = 1_000_000
    /// The same of a shard.
    static let mostLinesOfShard = 250_000

    let mode: Mode
    /// Whether `shards` was given, so that nothing was chosen.
    let isAsked: Bool
    /// Jobs of a half-iteration; 0 for none.
    let shards: Int
    /// Seconds of solving in an iteration, by one thread, from rows that were timed when it was planned.
    let solveSeconds: Double
    /// Bytes through the database in an iteration of so many shards.
    let transferBytes: Int
    /// Lines of recommendations at most.
    let lines: Int
    /// Slots of live workers that can solve.
    let slots: Int
    /// Seconds of all iterations in one process.
    let inProcessSeconds: Double
    /// Seconds of all iterations in shards.
    let shardedSeconds: Double

    private enum CodingKeys: String, CodingKey {
        case mode, shards, lines, slots
        case isAsked = "asked"
        case solveSeconds = "solve_seconds"
        case transferBytes = "transfer_bytes"
        case inProcessSeconds = "in_process_seconds"
        case shardedSeconds = "sharded_seconds"
    }

    /// - Parameters:
    ///   - arguments: of the training.
    ///   - solveSeconds: of an iteration, by one thread.
    ///   - lines: of recommendations at most.
    ///   - slots: of live workers that can solve.
    ///   - transferBytes: through the database in an iteration of so many shards.
    init(
        _ arguments: TrainingArguments, solveSeconds: Double, lines: Int, slots: Int,
        transferBytes: (_ shards: Int) -> Int
    ) {
        let slots = max(1, slots)
        self.solveSeconds = solveSeconds
        self.lines = lines
        self.slots = slots
        let iterations = Double(arguments.iterations)
        inProcessSeconds = iterations * solveSeconds / Double(arguments.threads)
        let wanted: Int
        switch arguments.shards {
        case .fixed(let number): wanted = number
        // Two for each slot even out what the estimate of a shard's cost is wrong by.
        case .auto:
            wanted = max(
                2 * slots, Int((solveSeconds / 2 / Self.mostSecondsOfShard).rounded(.up)),
                (lines + Self.mostLinesOfShard - 1) / Self.mostLinesOfShard)
        }
        let cut = min(256, wanted)
        let bytes = transferBytes(cut)
        self.transferBytes = bytes
        let width = Double(min(slots, cut) * arguments.threads)
        shardedSeconds =
            iterations
            * (solveSeconds / width + 2 * Self.barrierSeconds + Double(bytes) / Self.bytesPerSecond)
        isAsked = arguments.shards != .auto
        let isQuicker = inProcessSeconds <= min(shardedSeconds, Self.mostSecondsInProcess)
        mode = !isAsked && isQuicker && lines <= Self.mostLinesInProcess ? .inProcess : .sharded
        shards = mode == .inProcess ? 0 : cut
    }
}
