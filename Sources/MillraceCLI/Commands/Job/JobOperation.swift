import ArgumentParser
import Millrace
import Postgres

/// Something that is done to a job, and to many.
struct JobOperation: Sendable {
    /// What became of one job.
    struct Outcome: Sendable {
        /// After "job 42": "is cancelled".
        let sentence: String
        /// After a number of jobs: "cancelled".
        let word: String
    }

    /// As the question says it: "cancel".
    let verb: String
    /// States in which it makes sense.
    let possible: [JobState]
    /// States that are meant when filters name none.
    let usual: [JobState]
    /// Does it.
    let perform: @Sendable (any Session, JobID) async throws -> Outcome

    /// Does it to a selection and tells what became of it.
    ///
    /// - Throws: `ExitCode` 1 when nothing matches or some were refused, 2 when nobody could be asked.
    func run(on selection: JobSelection, command: String) async throws {
        if let strange = selection.filters.state.first(where: { !possible.contains($0) }) {
            throw ValidationError(
                "\(verb) does nothing to jobs that are \(strange.rawValue)  →  --state "
                    + possible.map(\.rawValue).joined(separator: ", "))
        }
        try await Database.withConnection(for: command) { connection in
            if selection.ids.isEmpty {
                try await runOnMatching(selection, connection)
            } else {
                try await runOnNamed(selection.ids, connection)
            }
        }
    }

    private func runOnNamed(_ ids: [JobID], _ connection: Connection) async throws {
        var refused = 0
        for id in ids {
            do {
                print("job \(id) \(try await perform(connection, id).sentence)")
            } catch let error as PostgresError {
                refused += 1
                Terminal.warn("millrace: " + Failure.text(of: error))
            }
        }
        try await connection.ringDoorbell()
        if refused > 0 { throw ExitCode.failure }
    }

    private func runOnMatching(_ selection: JobSelection, _ connection: Connection) async throws {
        var filter = selection.filters.filter
        if filter.states.isEmpty { filter.states = usual }
        let jobs = try await connection.found(filter)
        guard !jobs.isEmpty else {
            Terminal.warn(
                "millrace: no job matches that is \(filter.states.map(\.rawValue).joined(separator: " or "))  →  "
                    + "look with the same filters: millrace job list")
            throw ExitCode.failure
        }
        print(TableText(Self.counts(of: jobs)).text)
        try Confirmation.ask("\(verb) \(counted(jobs.count, "job"))", yes: selection.yes)

        var report = JobOperationReport()
        var display = ProgressDisplay(verb)
        for start in stride(from: 0, to: jobs.count, by: Self.batch) {
            let ids = jobs[start..<min(start + Self.batch, jobs.count)].map(\.id)
            report.add(try await perform(on: ids, connection))
            display.show(
                done: Double(start + ids.count), of: Double(jobs.count), "\(start + ids.count) of \(jobs.count)")
        }
        display.finish(report.summary)
        try await connection.ringDoorbell()
        for line in report.refusals { Terminal.warn(line) }
        if report.refused > 0 { throw ExitCode.failure }
    }

    /// Jobs of one transaction: enough to make commits cheap, few enough that nobody waits long for their locks.
    private static let batch = 100

    /// Newest first, so that no job is released only to be cancelled. A job that is refused leaves the others alone.
    private func perform(on ids: [JobID], _ connection: Connection) async throws -> [JobOperationReport.Entry] {
        try await connection.transaction(retries: 5) { transaction in
            var entries: [JobOperationReport.Entry] = []
            for id in ids {
                do {
                    let outcome = try await transaction.savepoint { try await perform($0, id) }
                    entries.append(.done(outcome.word))
                } catch let error as PostgresError where !error.isWorthRetrying {
                    entries.append(.refused(Failure.text(of: error)))
                }
            }
            return entries
        }
    }

    /// How many by state and plugin.
    static func counts(of jobs: [FoundJob]) -> Listing {
        struct Kind: Hashable { let state: JobState, plugin: String }
        let counts = Dictionary(grouping: jobs) { Kind(state: $0.state, plugin: $0.plugin) }.mapValues(\.count)
        let order = JobState.allCases
        let rows = counts.sorted { left, right in
            let places = (order.firstIndex(of: left.key.state) ?? 0, order.firstIndex(of: right.key.state) ?? 0)
            return places.0 == places.1 ? left.key.plugin < right.key.plugin : places.0 < places.1
        }
        return Listing(
            columns: [.init("state"), .init("plugin"), .init("jobs", .number)],
            rows: rows.map { [$0.key.state.rawValue, $0.key.plugin, String($0.value)] })
    }
}

/// What became of many jobs.
struct JobOperationReport {
    /// What became of one of them.
    enum Entry: Sendable {
        case done(String), refused(String)
    }

    private(set) var refused = 0
    private var words: [String] = []
    private var counts: [String: Int] = [:]
    private var reasons: [String] = []

    mutating func add(_ entries: [Entry]) {
        for entry in entries {
            switch entry {
            case .done(let word):
                if counts[word] == nil { words.append(word) }
                counts[word, default: 0] += 1
            case .refused(let reason):
                refused += 1
                if reasons.count < 5 { reasons.append(reason) }
            }
        }
    }

    /// `40 cancelled, 2 asked to stop, 1 refused`.
    var summary: String {
        let parts = words.map { "\(counts[$0] ?? 0) \($0)" } + (refused > 0 ? ["\(refused) refused"] : [])
        return parts.joined(separator: ", ")
    }

    /// The first reasons, and how many there are besides.
    var refusals: [String] {
        reasons.map { "millrace: \($0)" } + (refused > reasons.count ? ["… and \(refused - reasons.count) more"] : [])
    }
}
