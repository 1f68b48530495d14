/// Count, mean and variance of a stream of numbers, in one pass and without cancellation.
///
/// - Source: Welford 1962; merging after Chan, Golub and LeVeque 1979.
public struct Moments: Sendable, Equatable {
    /// How many numbers were added.
    public private(set) var count = 0
    /// Their mean; 0 before the first.
    public private(set) var mean = 0.0
    private var squares = 0.0

    /// Nothing added yet.
    public init() {}

    /// The moments of a sequence.
    public init(of values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    /// Takes one number in.
    public mutating func add(_ value: Double) {
        count += 1
        let delta = value - mean
        mean += delta / Double(count)
        squares += delta * (value - mean)
    }

    /// Takes in all numbers of another stream.
    public mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        let total = Double(count + other.count)
        let delta = other.mean - mean
        squares += other.squares + delta * delta * Double(count) * Double(other.count) / total
        mean += delta * Double(other.count) / total
        count += other.count
    }

    /// Variance with denominator `count`; 0 for fewer than two numbers.
    public var populationVariance: Double { count > 1 ? squares / Double(count) : 0 }

    /// Variance with denominator `count − 1`; 0 for fewer than two numbers.
    public var sampleVariance: Double { count > 1 ? squares / Double(count - 1) : 0 }
}
