/// The project's random numbers: xoshiro256**, the same on every platform and in every version.
///
/// All draws below are written out here and use only IEEE arithmetic, because the standard library may change how it
/// turns bits into numbers. A (seed, stream) pair names an independent sequence, so that any row of a matrix can be
/// drawn alone.
///
/// - Source: Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators".
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// Starts the sequence named by `seed` and `stream`.
    public init(seed: UInt64, stream: UInt64 = 0) {
        var outer = SplitMix64(seed: seed)
        var inner = SplitMix64(seed: stream)
        var mixed = SplitMix64(seed: outer.next() ^ inner.next())
        self.init(state: (mixed.next(), mixed.next(), mixed.next(), mixed.next()))
    }

    /// Starts from a raw state, which must not be all zero; for checks against published sequences.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { (s0, s1, s2, s3) = state }

    /// The next 64 uniformly distributed bits.
    public mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product &<< 7) | (product &>> 57)) &* 9
        let t = s1 &<< 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = (s3 &<< 45) | (s3 &>> 19)
        return result
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double { Double(next() &>> 11) * 0x1p-53 }

    /// An integer in 0..<bound without bias; 0 when `bound` is less than 2.
    ///
    /// - Source: Lemire 2019, "Fast random integer generation in an interval".
    public mutating func integer(below bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let n = UInt64(bound)
        let threshold = (0 &- n) % n
        while true {
            let product = next().multipliedFullWidth(by: n)
            if product.low >= threshold { return Int(product.high) }
        }
    }

    /// A draw from N(mean, standardDeviation²), by Marsaglia's polar method.
    public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
        while true {
            let u = 2 * uniform() - 1
            let v = 2 * uniform() - 1
            let s = u * u + v * v
            if s > 0, s < 1 {
                return mean + standardDeviation * u * (-2 * Elementary.log(s) / s).squareRoot()
            }
        }
    }

    /// A waiting time with the given rate, mean 1 / rate.
    public mutating func exponential(rate: Double = 1) -> Double { -Elementary.log(1 - uniform()) / rate }
}
