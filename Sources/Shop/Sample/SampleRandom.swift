/// The random numbers of the sample shop: SplitMix64, so that a seed means the same bytes everywhere.
///
/// No logarithms or powers are used on top of it: their last bit differs between C libraries.
/// Source: Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators".
struct SampleRandom: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// An independent generator for part `number` of the stream `name`; parts do not depend on how many there are.
    init(seed: UInt64, stream: Stream, number: Int) {
        var mixer = SampleRandom(seed: seed ^ (stream.rawValue << 56))
        self.init(seed: mixer.next() &+ UInt64(truncatingIfNeeded: number) &* 0xD1B5_4A32_D192_ED03)
        state = next()
    }

    enum Stream: UInt64 {
        case items = 1, popularity, customers, events, duplicates, broken
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1), 53 bits.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Uniform in 0 ..< bound; the bias of the multiplication is below 2⁻³² for the small bounds used here.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    mutating func int(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// One of a table that is not empty.
    mutating func pick<Element>(_ table: [Element]) -> Element { table[below(table.count)] }

    /// An index drawn in proportion to the weights.
    mutating func index(_ weights: SampleWeights) -> Int { weights.index(at: unit()) }
}

/// Weights for drawing an index, summed up once.
struct SampleWeights: Sendable {
    private let sums: [Double]

    /// - Parameter weights: not negative, at least one above zero.
    init(_ weights: some Sequence<Double>) {
        var sum = 0.0
        sums = weights.map { weight in
            sum += weight
            return sum
        }
    }

    /// The index whose share of [0, 1) the number falls into.
    func index(at unit: Double) -> Int {
        let target = unit * (sums.last ?? 0)
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
