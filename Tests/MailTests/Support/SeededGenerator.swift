/// SplitMix64: the same numbers for the same seed.
///
/// Source: Steele, Lea and Flood 2014.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Text of up to `count` characters from several scripts, with all that is special in a mail.
    mutating func text(upTo count: Int, extra: [Character] = []) -> String {
        let alphabets: [[Character]] = [
            Array("abc xyz,.;:<>@()\"\\=?_!-  ="), Array("小明你好，本周精选"),
            ["é", "ü", "ß", "e\u{301}", "🎁", "👩‍👩‍👧‍👦", "अ", "\u{00A0}"],
        ]
        let used = alphabets.prefix(Int.random(in: 1...alphabets.count, using: &self)).flatMap { $0 } + extra
        let length = Int.random(in: 0...count, using: &self)
        return String((0..<length).map { _ in used[Int.random(in: 0..<used.count, using: &self)] })
    }
}
