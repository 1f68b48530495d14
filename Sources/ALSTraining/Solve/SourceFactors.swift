import Analytics
import Millrace
import Postgres
import Synchronization

/// What a half-iteration is solved from, made ready in this process.
struct SourceFactors: Sendable {
    let side: FixedSide
    /// The rows that are there; nil for all.
    let rows: RowSubset?
    /// The rows themselves, where the validation ranks by them.
    let factors: FactorMatrix?

    /// A block with its columns counted among the rows that are there.
    func fitting(_ block: InteractionBlock) throws -> InteractionBlock {
        guard let rows else { return block }
        return try permanently { try block.renumbered(by: rows) }
    }
}

/// Keeps what the last half-iteration was solved from, so that shards that a process solves one after another, or at the
/// same time, read it once.
///
/// Factors of a finished half-iteration never change, so what is kept is never out of date.
final class SourceFactorCache: Sendable {
    private struct Entry {
        let model: Int64
        let half: HalfIteration
        let source: Task<SourceFactors, any Error>
        var lastUse: Int
    }

    private struct State {
        var entry: Entry?
        var uses = 0
    }

    /// How long it is kept when nobody uses it.
    private static let idle = Duration.seconds(30)
    private let state = Mutex(State())

    /// The factors that a shard needs: all of them and kept, or, where it needs few, those alone.
    ///
    /// - Parameters:
    ///   - needed: rows that the shard's interactions touch.
    ///   - keepsFactors: whether the validation ranks by them, which takes all.
    func source(
        of model: TrainingModel, half: HalfIteration, needed: RowSubset, keepsFactors: Bool, from database: Pool
    ) async throws -> SourceFactors {
        let arguments = model.plan.arguments
        let cuts = FactorCuts(needed, rowBytes: arguments.factors * arguments.transfer.size)
        let isMost = Double(cuts.rows) > FactorCuts.mostShare * Double(needed.total)
        guard isMost || keepsFactors else {
            return try await Self.read(model, half, rows: needed, keepsFactors: false, from: database)
        }
        let (task, use) = state.withLock { state in
            state.uses += 1
            if let entry = state.entry, entry.model == model.id, entry.half == half {
                state.entry?.lastUse = state.uses
                return (entry.source, state.uses)
            }
            let task = Task.detached {
                try await Self.read(model, half, rows: nil, keepsFactors: keepsFactors, from: database)
            }
            state.entry = Entry(model: model.id, half: half, source: task, lastUse: state.uses)
            return (task, state.uses)
        }
        do {
            let source = try await task.value
            forgetWhenIdle(since: use)
            return source
        } catch {
            // The next one tries for itself.
            state.withLock { if $0.entry?.source == task { $0.entry = nil } }
            throw error
        }
    }

    /// Lets go of what nobody has asked for in the meantime. What it waits with must not hold the factors, or those of many
    /// half-iterations would stay in memory.
    private func forgetWhenIdle(since use: Int) {
        Task.detached { [self] in
            try await Task.sleep(for: Self.idle)
            state.withLock { if $0.entry?.lastUse == use { $0.entry = nil } }
        }
    }

    private static func read(
        _ model: TrainingModel, _ half: HalfIteration, rows: RowSubset?, keepsFactors: Bool, from database: Pool
    ) async throws -> SourceFactors {
        let gramian = try await database.gramian(model: model.id, half: half)
        let factors =
            if let rows {
                try await database.factors(of: model, half: half, rows: rows)
            } else {
                try await database.factors(of: model, half: half)
            }
        let arguments = model.plan.arguments
        return try await onOwnThread { check in
            try check()
            return try permanently {
                SourceFactors(
                    side: try FixedSide(
                        factors, gramian: gramian, objective: arguments.objective, solver: arguments.rowSolver),
                    rows: rows, factors: keepsFactors ? factors : nil)
            }
        }
    }
}
