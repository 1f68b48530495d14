internal import CKernels
import Synchronization

/// Does numbered pieces of work on several threads, the caller's among them.
///
/// Pieces are taken in ascending order. After one has failed no further one is begun, and the error of the lowest failed
/// piece is thrown, so that it does not depend on the number of threads either.
///
/// - Parameters:
///   - threads: at least 1; never more than pieces.
///   - pieces: how many there are.
///   - check: called on the caller's thread before each of its pieces; what it throws ends the work.
///   - state: makes what a thread works with; called once on each thread.
///   - body: does one piece.
func inParallel<State>(
    threads: Int, pieces: Int, check: () throws -> Void = {}, state: @escaping @Sendable () -> State,
    body: @escaping @Sendable (State, _ piece: Int) throws -> Void
) throws {
    let team = Team(pieces: pieces) { next, fail in
        let own = state()
        while let piece = next() {
            do { try body(own, piece) } catch { fail(piece, error) }
        }
    }
    try withoutActuallyEscaping(check) { check in
        try withExtendedLifetime(team) {
            team.run(threads: max(1, min(threads, pieces)), check: check)
            try team.result()
        }
    }
}

/// The threads of one call and what they share.
private final class Team: Sendable {
    private let pieces: Int
    private let next = Atomic(0)
    private let failure = Mutex<(piece: Int, error: any Error)?>(nil)
    private let loop: @Sendable (_ next: () -> Int?, _ fail: (Int, any Error) -> Void) -> Void

    init(
        pieces: Int, loop: @escaping @Sendable (_ next: () -> Int?, _ fail: (Int, any Error) -> Void) -> Void
    ) {
        self.pieces = pieces
        self.loop = loop
    }

    func run(threads: Int, check: () throws -> Void) {
        if threads == 1 {
            work(check: check)
            return
        }
        withoutActuallyEscaping(check) { check in
            var call = Call(team: self, check: check)
            withUnsafeMutablePointer(to: &call) { pointer in
                ck_run_on_threads(
                    Int32(threads),
                    { context, thread in
                        guard let call = context?.assumingMemoryBound(to: Call.self) else { return }
                        // Only the caller's own thread may call what the caller gave.
                        if thread == 0 {
                            call.pointee.team.work(check: call.pointee.check)
                        } else {
                            call.pointee.team.work(check: {})
                        }
                    }, pointer)
            }
        }
    }

    func result() throws {
        if let failed = failure.withLock({ $0 }) { throw failed.error }
    }

    private func work(check: () throws -> Void) {
        loop(
            {
                do { try check() } catch { self.fail(-1, error) }
                let piece = self.next.add(1, ordering: .relaxed).oldValue
                return piece < self.pieces ? piece : nil
            }, fail)
    }

    private func fail(_ piece: Int, _ error: any Error) {
        failure.withLock { if $0.map({ piece < $0.piece }) ?? true { $0 = (piece, error) } }
        next.store(pieces, ordering: .relaxed)
    }

    private struct Call {
        let team: Team
        let check: () throws -> Void
    }
}
