import Foundation
import Millrace
import Postgres
import UnixSignals

/// Keeps the live screen: reads keys, looks at the database, draws.
struct TopLoop {
    /// What the screen reacts to.
    private enum Event: Sendable {
        case keys([Key]), resized, leave, seen(Activity), trouble(String), done(String), tick
    }

    let pool: Pool
    let first: Activity
    let refresh: Duration

    /// Runs until somebody leaves. The terminal is given back however it ends.
    func run() async throws {
        let terminal = try RawTerminal()
        defer { terminal.restore() }
        let (events, feed) = AsyncStream<Event>.makeStream()
        terminal.readKeys {
            feed.yield(.keys($0))
        } atEnd: {
            feed.yield(.leave)
        }
        let signals = await UnixSignalsSequence(trapping: .sigwinch, .sigterm, .sighup, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await signal in signals { feed.yield(signal == .sigwinch ? .resized : .leave) } }
            group.addTask { await look(feed) }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(1))
                    feed.yield(.tick)
                }
            }
            // Before the tasks are waited for: one of them may be at a database that does not answer.
            defer {
                terminal.restore()
                group.cancelAll()
            }
            try await react(to: events, feed, on: terminal)
        }
    }

    private func react(
        to events: AsyncStream<Event>, _ feed: AsyncStream<Event>.Continuation, on terminal: RawTerminal
    ) async throws {
        var activity = first
        var state = TopState()
        var trouble: String?
        var seenAt = ContinuousClock.now
        state.follow(activity)
        func draw() throws {
            let (width, height) = terminal.size
            let silence = seenAt.duration(to: .now)
            let late =
                silence > .seconds(5)
                ? "the database gave no answer for \(TableText.durationText(silence / .seconds(1)))" : nil
            let screen = TopScreen(activity: activity, state: state, trouble: trouble ?? late)
            try terminal.draw(screen.lines(width: width, height: height))
        }
        try draw()
        for await event in events {
            switch event {
            case .leave: return
            case .keys(let keys):
                for key in keys {
                    switch state.press(key, activity) {
                    case .none: break
                    case .leave: return
                    case .perform(let action): Task { feed.yield(await perform(action)) }
                    }
                }
            case .seen(let newer):
                (activity, trouble, seenAt) = (newer, nil, .now)
                state.follow(activity)
            case .trouble(let text): trouble = text
            case .done(let text): state.notice = text
            case .resized, .tick: break
            }
            try draw()
        }
    }

    /// Looks again and again. A database that answers slowly is asked less often, so that the screen is no load on it.
    private func look(_ feed: AsyncStream<Event>.Continuation) async {
        var since: Date = first.at
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                try await Task.sleep(for: refresh)
                let activity = try await pool.activity(since: since)
                since = activity.at
                feed.yield(.seen(activity))
                try await Task.sleep(for: max(.zero, (began.duration(to: .now) - refresh) * 4))
            } catch is CancellationError {
                return
            } catch let error as PostgresError {
                feed.yield(.trouble(Failure.text(of: error)))
            } catch {
                feed.yield(.trouble("\(error)"))
            }
        }
    }

    private func perform(_ action: TopState.Action) async -> Event {
        do {
            switch action {
            case .pause(let queue):
                try await pool.pause(queue: queue)
                return .done("queue \(queue) is paused")
            case .resume(let queue):
                try await pool.resume(queue: queue)
                try await pool.ringDoorbell()
                return .done("queue \(queue) runs")
            case .cancel(let job):
                switch try await pool.cancel(job) {
                case .cancelled: return .done("job \(job) is cancelled")
                case .requested: return .done("job \(job): its worker was asked to stop it")
                case .alreadyEnded(let state): return .done("job \(job) had ended before: \(state.rawValue)")
                }
            }
        } catch let error as PostgresError {
            return .done(Failure.text(of: error))
        } catch {
            return .done("\(error)")
        }
    }
}
