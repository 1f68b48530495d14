import Synchronization

/// A made-up shop of any size for benchmarks and tests: planted topics of items, Zipf popularity, users who keep mostly to
/// a few topics.
///
/// Items are dealt to topics at random; within a topic the item of place k is bought in proportion to (k + 1)^−exponent.
/// A user has three topics of falling weight, takes an item from one of them with probability `loyalty` and from any
/// topic otherwise, never the same twice. The lengths of the rows follow a log-normal law. Everything follows from the
/// seed alone; users are drawn from streams of their own, so that any number of threads gives the same bytes.
public struct SyntheticInteractions: Sendable, Equatable {
    /// Rows.
    public var users: Int
    /// Columns.
    public var items: Int
    /// Distinct (user, item) pairs in all.
    public var interactions: Int
    /// Planted topics.
    public var topics: Int
    /// Of Zipf's law within a topic.
    public var popularityExponent: Double
    /// Share of a user's purchases from the user's own topics.
    public var loyalty: Double
    /// Of the log-normal law of row lengths; 0 for rows of equal length.
    public var lengthDeviation: Double
    /// Where all draws come from.
    public var seed: UInt64

    /// The set that the benchmarks use unless told otherwise: 200,000 × 50,000 with 20 million interactions.
    public init(
        users: Int = 200_000, items: Int = 50_000, interactions: Int = 20_000_000, topics: Int = 100,
        popularityExponent: Double = 0.8, loyalty: Double = 0.8, lengthDeviation: Double = 0.8, seed: UInt64 = 1
    ) {
        self.users = users
        self.items = items
        self.interactions = interactions
        self.topics = topics
        self.popularityExponent = popularityExponent
        self.loyalty = loyalty
        self.lengthDeviation = lengthDeviation
        self.seed = seed
    }

    /// Draws the matrix, `users × items`; values are 1 or more, mostly 1.
    ///
    /// - Parameter threads: how many share the work.
    /// - Throws: ``FactorizationError/invalidSetting(_:)`` when a size is not positive, topics outnumber items, or the
    ///   interactions would fill more than a fifth of the matrix; ``StatisticsError`` for an exponent that is not finite.
    public func matrix(threads: Int = 1) throws -> InteractionBlock {
        guard users > 0, items > 0, items <= Int(Int32.max), topics > 0, topics <= items, interactions >= users,
            interactions / users <= items / 5, (0...1).contains(loyalty), lengthDeviation >= 0, lengthDeviation < 5
        else { throw FactorizationError.invalidSetting("\(self)") }
        var dealer = SeededGenerator(seed: seed, stream: 0)
        var shuffled = (0..<Int32(items)).map { $0 }
        dealer.shuffle(&shuffled)
        let dealt = shuffled
        let popularity = try DiscreteDistribution.zipf(count: items / topics, exponent: popularityExponent)
        let lengths = rowLengths()
        let run = 1024
        let runs = (users + run - 1) / run
        let parts = Mutex([Part](repeating: Part(), count: runs))
        try inParallel(threads: threads, pieces: runs) {
        } body: { _, piece in
            var part = Part()
            for user in piece * run..<min(users, (piece + 1) * run) {
                draw(user, length: lengths[user], dealt: dealt, popularity: popularity, into: &part)
            }
            parts.withLock { $0[piece] = part }
        }
        var columns: [Int32] = []
        var values: [Float] = []
        columns.reserveCapacity(interactions)
        values.reserveCapacity(interactions)
        parts.withLock { parts in
            for index in parts.indices {
                columns.append(contentsOf: parts[index].columns)
                values.append(contentsOf: parts[index].values)
                parts[index] = Part()
            }
        }
        var offsets = [0]
        offsets.reserveCapacity(users + 1)
        for length in lengths { offsets.append((offsets.last ?? 0) + length) }
        return InteractionBlock(
            unchecked: columns, values: values, rowOffsets: offsets, firstRow: 0, columnCount: items)
    }

    private struct Part: Sendable {
        var columns: [Int32] = []
        var values: [Float] = []
    }

    /// Lengths that add up to the interactions asked for, each at least 1 and at most a quarter of the items.
    private func rowLengths() -> [Int] {
        let most = max(1, items / 4)
        let weights = (0..<users).map { user in
            var generator = SeededGenerator(seed: seed, stream: UInt64(1 + 2 * user))
            return Elementary.exp(generator.normal(standardDeviation: lengthDeviation))
        }
        let total = weights.reduce(0, +)
        var lengths = weights.map { max(1, min(most, Int(Double(interactions) * $0 / total))) }
        var missing = interactions - lengths.reduce(0, +)
        var user = 0
        while missing != 0 {
            if missing > 0, lengths[user] < most {
                lengths[user] += 1
                missing -= 1
            } else if missing < 0, lengths[user] > 1 {
                lengths[user] -= 1
                missing += 1
            }
            user = (user + 1) % users
        }
        return lengths
    }

    private func draw(
        _ user: Int, length: Int, dealt: [Int32], popularity: DiscreteDistribution, into part: inout Part
    ) {
        var generator = SeededGenerator(seed: seed, stream: UInt64(2 + 2 * user))
        let own = (0..<3).map { _ in generator.integer(below: topics) }
        var taken = Set<Int32>(minimumCapacity: length)
        var tries = 0
        while taken.count < length {
            tries += 1
            // A user whose topics are nearly bought up turns to all items.
            let isWild = tries > 20 * length
            let pick = generator.uniform()
            let topic =
                pick < loyalty && !isWild
                ? own[pick < 0.55 * loyalty ? 0 : (pick < 0.85 * loyalty ? 1 : 2)] : generator.integer(below: topics)
            let place = isWild ? generator.integer(below: items / topics) : popularity.draw(using: &generator)
            taken.insert(dealt[topic * (items / topics) + place])
        }
        for column in taken.sorted() {
            part.columns.append(column)
            var value: Float = 1
            while value < 20, generator.uniform() < 0.3 { value += 1 }
            part.values.append(value)
        }
    }
}
