internal import CKernels

/// The best `limit` of the items offered in any order, by score, the lower item index first on equal scores.
struct KeyList {
    private let limit: Int
    private var keys: [UInt64] = []
    private var threshold = -Float.infinity

    init(limit: Int) {
        self.limit = limit
        keys.reserveCapacity(2 * limit + 64)
    }

    mutating func offer(_ item: Int32, score: Float) {
        guard score >= threshold else { return }
        keys.append(ck_key_of(score, item))
        if keys.count == 2 * limit + 64 { compact() }
    }

    /// The best items, best first.
    var items: [Int32] { keys.sorted(by: >).prefix(limit).map { ck_key_item($0) } }

    private mutating func compact() {
        keys.sort(by: >)
        keys.removeLast(keys.count - limit)
        threshold = ck_key_score(keys[limit - 1])
    }
}
