import Foundation

/// Random numbers that a seed repeats (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The seed of MILLRACE_TEST_SEED, or a new one, printed so that a failure can be had again.
    static func announcedSeed(_ test: String) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["MILLRACE_TEST_SEED"].flatMap(UInt64.init)
        let seed = given ?? .random(in: 0...999_999)
        print("\(test) seed \(seed); run again with MILLRACE_TEST_SEED=\(seed)")
        return seed
    }

    /// The number of MILLRACE_TEST_PROGRAMS, or the usual one.
    static func programs(usually usual: Int) -> Int {
        ProcessInfo.processInfo.environment["MILLRACE_TEST_PROGRAMS"].flatMap(Int.init) ?? usual
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
