import ArgumentParser
import Foundation
import Millrace
import Postgres

/// What the help of all of them says.
private let manyJobs = """
    Without ids all jobs that match the filters are meant. They are counted by state and plugin first, and then it asks; \
    --yes answers in advance, and is needed where there is no terminal. Only the jobs that were counted are changed.
    """

extension CancelOutcome {
    /// - Parameter done: what has become of a job that was not running.
    fileprivate func outcome(_ done: String) -> JobOperation.Outcome {
        switch self {
        case .cancelled: .init(sentence: "is \(done)", word: done)
        case .requested: .init(sentence: "is running; its worker was asked to stop it", word: "asked to stop")
        case .alreadyEnded(let state): .init(sentence: "had ended before: \(state.rawValue)", word: "had ended before")
        }
    }
}

extension JobCommand {
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel jobs: at once when they are not running, else by asking their worker to stop them.",
            discussion: """
                \(manyJobs) Without --state: every job that has not ended.

                Examples:
                  millrace job cancel 42 43
                  millrace job cancel --queue mail --older 2h
                """)

        @OptionGroup var selection: JobSelection

        func run() async throws {
            let open: [JobState] = [.scheduled, .blocked, .parked, .ready, .running]
            try await JobOperation(verb: "cancel", possible: open, usual: open) { session, id in
                try await session.cancel(id).outcome("cancelled")
            }.run(on: selection, command: "job cancel")
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give jobs up: they end as failed, without the attempts that are left.",
            discussion: """
                What waits for them is told that they failed, as its own rules say. A running one is asked to stop. \
                \(manyJobs) Without --state: every job that waits.

                Example:
                  millrace job discard --state scheduled --plugin import --error 'no such file'
                """)

        @OptionGroup var selection: JobSelection

        func run() async throws {
            let waiting: [JobState] = [.scheduled, .blocked, .parked, .ready]
            try await JobOperation(verb: "discard", possible: waiting + [.running], usual: waiting) { session, id in
                try await session.discard(id).outcome("given up")
            }.run(on: selection, command: "job discard")
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make jobs ready again that ended badly or wait for their next attempt.",
            discussion: """
                \(manyJobs) Without --state: jobs that are failed or quarantined.

                Examples:
                  millrace job retry 42
                  millrace job retry --plugin mail --newer 1d --error 'connection refused'
                """)

        @OptionGroup var selection: JobSelection

        func run() async throws {
            try await JobOperation(
                verb: "retry", possible: [.failed, .quarantined, .cancelled, .skipped, .scheduled],
                usual: [.failed, .quarantined]
            ) { session, id in
                try await session.retry(id)
                return .init(sentence: "is ready again", word: "ready again")
            }.run(on: selection, command: "job retry")
        }
    }

    struct Reschedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put waiting jobs off, or forward, to another time.",
            discussion: """
                \(manyJobs) Without --state: jobs that are ready, parked or scheduled. `millrace job snooze` is the same.

                Examples:
                  millrace job reschedule 42 --in 10m
                  millrace job reschedule --queue mail --at 2026-03-29T06:00:00+02:00
                  millrace job snooze --plugin report --in 1h
                """, aliases: ["snooze"])

        @OptionGroup var selection: JobSelection
        @Option(help: "To this time, in RFC 3339.", transform: RFC3339.date) var at: Date?
        @Option(help: "To so long from now, such as 90s, 10m or 1h30m.", transform: duration) var `in`: Duration?

        func validate() throws {
            guard (at == nil) != (`in` == nil) else {
                throw ValidationError("say when: either --at 2026-03-29T06:00:00+02:00 or --in 10m")
            }
        }

        func run() async throws {
            try await JobOperation(
                verb: "reschedule", possible: [.scheduled, .blocked, .parked, .ready],
                usual: [.scheduled, .parked, .ready]
            ) { [at, delay = `in`] session, id in
                if let at { try await session.reschedule(id, to: at) }
                if let delay { try await session.reschedule(id, in: delay) }
                let text = at.map { "at " + RFC3339.text($0) } ?? "in \(DurationText(delay ?? .zero))"
                return .init(sentence: "starts \(text)", word: "put to start \(text)")
            }.run(on: selection, command: "job reschedule")
        }
    }

    struct Priority: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the priority of jobs; lower runs first.",
            discussion: """
                Of a running job it counts from its next attempt on. \(manyJobs) Without --state: every job that waits.

                Examples:
                  millrace job priority 5 42
                  millrace job priority --plugin report -- -10
                """)

        @Argument(help: "The priority, from -32768 to 32767; a negative one stands after --.") var priority: Int
        @OptionGroup var selection: JobSelection

        func run() async throws {
            let waiting: [JobState] = [.scheduled, .blocked, .parked, .ready]
            try await JobOperation(verb: "set priority \(priority) of", possible: waiting + [.running], usual: waiting)
            {
                [priority] session, id in
                try await session.setPriority(priority, of: id)
                return .init(sentence: "has priority \(priority)", word: "have priority \(priority)")
            }.run(on: selection, command: "job priority")
        }
    }
}
