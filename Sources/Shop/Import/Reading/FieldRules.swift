/// What a map says about the values of a file: words and their meaning, constants, how times and numbers are written.
///
/// Read for every field of a file that has a map, so it owns one block of memory that fields point into.
final class FieldRules: @unchecked Sendable {
    /// A word of the file and what it stands for; both are parts of the block.
    private struct Word {
        let column: Int
        let written: RawRecord.Range
        let meant: RawRecord.Range
    }

    /// What to say before the rules are made.
    struct Draft: Sendable {
        /// By column: words of the file and what they stand for.
        var words: [Int: [(written: String, meant: String)]] = [:]
        /// Texts that every row has; columns name them by number.
        var constants: [String] = []
        /// Words that stand for an empty field.
        var emptyWords: [String] = []
        /// By column; RFC 3339 where nothing is said.
        var times: [Int: TimeReading] = [:]
        var numbers = NumberStyle()
        /// Whether a negative quantity makes a return of a purchase.
        var negativeQuantityIsReturn = false
    }

    /// How prices are written.
    let numbers: NumberStyle
    /// Whether a negative quantity makes a return of a purchase.
    let negativeQuantityIsReturn: Bool

    // Never changed after `init`, which is why the class may be shared.
    /// How the times of each column are written; RFC 3339 beyond its end.
    private let times: [TimeReading]
    private let block: UnsafeMutableBufferPointer<UInt8>
    private let words: [Word]
    private let constants: [RawRecord.Range]
    private let emptyWords: [RawRecord.Range]
    /// Whether a column has words of its own; indexed by column.
    private let hasWords: [Bool]

    init(_ draft: Draft) {
        times = (0..<(draft.times.keys.max() ?? -1) + 1).map { draft.times[$0] ?? .rfc3339 }
        numbers = draft.numbers
        negativeQuantityIsReturn = draft.negativeQuantityIsReturn
        var bytes: [UInt8] = []
        func stored(_ text: String) -> RawRecord.Range {
            let start = bytes.count
            bytes.append(contentsOf: text.utf8)
            return RawRecord.Range(start: start, end: bytes.count)
        }
        words = draft.words.sorted { $0.key < $1.key }.flatMap { column, words in
            words.map { Word(column: column, written: stored($0.written), meant: stored($0.meant)) }
        }
        constants = draft.constants.map(stored)
        emptyWords = draft.emptyWords.map(stored)
        let columns = (draft.words.keys.max() ?? -1) + 1
        hasWords = (0..<columns).map { draft.words[$0] != nil }
        block = .allocate(capacity: max(bytes.count, 1))
        _ = block.initialize(from: bytes)
    }

    deinit { block.deallocate() }

    func constant(_ number: Int) -> RawField { field(constants[number]) }

    /// The moment that a field of a column names; `nil` if it names none.
    func timestamp(_ field: RawField, column: Int) -> Timestamp? {
        column < times.count ? times[column].timestamp(field) : Timestamp(rfc3339: field)
    }

    /// The field as the format should see it: empty words empty, and words replaced by what they stand for.
    func read(_ field: RawField, column: Int) -> RawField {
        let isPlain = column >= hasWords.count || !hasWords[column]
        if isPlain, emptyWords.isEmpty { return field }
        let trimmed = field.trimmed
        for word in emptyWords where isEqual(trimmed, word) {
            return RawField(bytes: UnsafeBufferPointer(rebasing: field.bytes[..<0]))
        }
        if isPlain { return field }
        for word in words where word.column == column && isEqual(trimmed, word.written) {
            return self.field(word.meant)
        }
        return field
    }

    private func field(_ range: RawRecord.Range) -> RawField {
        RawField(bytes: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(block)[range.start..<range.end]))
    }

    private func isEqual(_ field: RawField, _ range: RawRecord.Range) -> Bool {
        guard field.bytes.count == range.end - range.start else { return false }
        for index in field.bytes.indices where field.bytes[index] != block[range.start + index] { return false }
        return true
    }
}
