import Postgres
import Synchronization

@testable import Millrace

/// What the actors of a program know of each other.
final class ProgramState: Sendable {
    struct Held: Sendable, Hashable {
        let job: JobID
        let epoch: Int64
    }

    struct Contents: Sendable {
        var known: [Int64] = []
        var held: [Held] = []
        var spent: [Held] = []
        var workers: [Int64] = []
        var faults: [String] = []
        var isOver = false
        var deadlocks = 0
        var operations = 0
        var refusals: [String: Int] = [:]
    }

    private let contents: Mutex<Contents>

    init(workers: [Int64]) {
        var start = Contents()
        start.workers = workers
        contents = Mutex(start)
    }

    var now: Contents { contents.withLock { $0 } }

    func change<Result: Sendable>(_ body: (inout sending Contents) -> sending Result) -> Result {
        contents.withLock(body)
    }

    func fault(_ text: String) { change { $0.faults.append(text) } }

    /// Takes one of the leases that were claimed and not ended yet.
    func takeHeld(_ pick: Int) -> Held? {
        change { contents in
            guard !contents.held.isEmpty else { return nil }
            return contents.held.remove(at: pick % contents.held.count)
        }
    }

    func knownJob(_ pick: Int) -> JobID? {
        change { contents in
            contents.known.isEmpty ? nil : JobID(contents.known[pick % contents.known.count])
        }
    }
}
