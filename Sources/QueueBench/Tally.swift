import Synchronization

/// Counts the jobs that ran and, if asked to, keeps how long each stamped one took from its sender to here.
final class Tally: Sendable {
    private let all = Atomic<Int>(0)
    private let stamped = Atomic<Int>(0)
    private let nanoseconds = Mutex<[Int64]>([])
    private let keepsTimes: Bool

    init(keepsTimes: Bool = false) {
        self.keepsTimes = keepsTimes
    }

    /// Jobs that ran.
    var count: Int { all.load(ordering: .relaxed) }
    /// Those of them that say when they were sent.
    var countOfStamped: Int { stamped.load(ordering: .relaxed) }

    func count(sent: Int64) {
        let now = keepsTimes && sent > 0 ? monotonicNanoseconds() : 0
        all.add(1, ordering: .relaxed)
        guard sent > 0 else { return }
        stamped.add(1, ordering: .relaxed)
        if keepsTimes { nanoseconds.withLock { $0.append(now - sent) } }
    }

    /// What the kept times come to.
    func times() -> Times { Times(nanoseconds: nanoseconds.withLock { $0 }) }
}

/// How long jobs took from their sender to the first line of their function.
struct Times: Encodable {
    let samples: Int
    let p50Ms: Double, p99Ms: Double, maxMs: Double

    init(nanoseconds: [Int64]) {
        let sorted = nanoseconds.sorted()
        // The smallest time that at least this share of the jobs did not exceed.
        func quantile(_ share: Double) -> Double {
            guard !sorted.isEmpty else { return 0 }
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return Double(sorted[max(0, min(rank, sorted.count) - 1)]) / 1e6
        }
        samples = sorted.count
        p50Ms = quantile(0.5)
        p99Ms = quantile(0.99)
        maxMs = quantile(1)
    }
}
