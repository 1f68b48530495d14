/// Where a setting may lie, and how it is drawn.
public enum SearchDimension: Sendable, Equatable, Codable {
    /// Evenly between two bounds.
    case uniform(low: Double, high: Double)
    /// Evenly in the logarithm; both bounds positive.
    case logarithmic(low: Double, high: Double)
    /// A whole number, evenly, both bounds included.
    case integer(low: Int, high: Int)
    /// One of a list, evenly.
    case choice([Double])

    func draw(using generator: inout SeededGenerator) -> Double {
        switch self {
        case .uniform(let low, let high): return low + (high - low) * generator.uniform()
        case .logarithmic(let low, let high):
            let (from, to) = (Elementary.log(low), Elementary.log(high))
            return min(high, max(low, Elementary.exp(from + (to - from) * generator.uniform())))
        case .integer(let low, let high): return Double(low + generator.integer(below: high - low + 1))
        case .choice(let values): return values[generator.integer(below: values.count)]
        }
    }

    var isValid: Bool {
        switch self {
        case .uniform(let low, let high): low.isFinite && high.isFinite && low <= high
        case .logarithmic(let low, let high): low > 0 && high.isFinite && low <= high
        case .integer(let low, let high): low <= high && high - low < Int(Int32.max)
        case .choice(let values): !values.isEmpty && values.allSatisfy(\.isFinite)
        }
    }
}

/// The settings a tuner may choose among.
public struct SearchSpace: Sendable, Equatable, Codable {
    /// A dimension for each setting.
    public let dimensions: [String: SearchDimension]

    /// Takes dimensions after checking them.
    ///
    /// - Throws: ``FactorizationError/invalidSetting(_:)`` naming the first setting whose bounds make no sense.
    public init(_ dimensions: [String: SearchDimension]) throws(FactorizationError) {
        for (name, dimension) in dimensions.sorted(by: { $0.key < $1.key }) where !dimension.isValid {
            throw .invalidSetting("search of \(name) in \(dimension)")
        }
        self.dimensions = dimensions
    }

    /// Random settings; trial n depends on the seed and n alone, so that more trials go on where fewer ended.
    ///
    /// - Source: Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".
    public func trials(_ range: Range<Int>, seed: UInt64) -> [[String: Double]] {
        range.map { trial in
            var generator = SeededGenerator(seed: seed, stream: UInt64(trial))
            var settings: [String: Double] = [:]
            for (name, dimension) in dimensions.sorted(by: { $0.key < $1.key }) {
                settings[name] = dimension.draw(using: &generator)
            }
            return settings
        }
    }
}
