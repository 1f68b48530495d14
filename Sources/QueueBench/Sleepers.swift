import ArgumentParser
import Foundation
import Millrace
import Postgres
import Synchronization

struct Sleepers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run jobs that sleep; say how many of the slots were in use and how much memory the process took.")

    @Option(help: "Jobs at once.") var slots = 1000
    @Option(help: "Seconds that are measured, after three seconds to fill the slots.") var seconds = 20
    @Option(help: "Milliseconds that a job sleeps.") var length = 1000

    private struct Result: Encodable {
        let what = "sleepers"
        let slots: Int, lengthMs: Int
        let seconds: Double
        /// Mean share of the slots that ran a job's function.
        let slotsInUse: Double
        let residentMb: Double
    }

    func run() async throws {
        let tally = SleepTally()
        var registry = PluginRegistry()
        try registry.register(Sleeper(tally: tally))
        let sender = try Sender()
        try await sender.pool.publish(registry.descriptions)
        let rounds = (seconds + 3) * 1000 / length + 2
        for _ in 0..<rounds {
            _ = try await sender.pool.enqueue(
                try (0..<slots).map { _ in try JobRequest(Sleeper.self, .init(milliseconds: length)) })
        }
        let crew = try Crew(registry: registry, name: "bench-sleepers", slots: slots)
        var orders = Orders()
        await orders.waitForGo()
        try await crew.work {
            try await Task.sleep(for: .seconds(3))
            let start = ContinuousClock.now
            let before = tally.slotSeconds()
            var resident = 0.0
            while start.duration(to: .now) < .seconds(seconds) {
                try await Task.sleep(for: .milliseconds(100))
                resident = max(resident, residentMegabytes())
            }
            let used = tally.slotSeconds() - before
            let elapsed = start.duration(to: .now) / .seconds(1)
            try say(
                Result(
                    slots: slots, lengthMs: length, seconds: elapsed, slotsInUse: used / (elapsed * Double(slots)),
                    residentMb: resident))
        }
        await sender.pool.close()
    }
}

/// A job that sleeps.
private struct Sleeper: Plugin {
    struct Arguments: Codable, Sendable {
        var milliseconds = 1000
    }

    static let name = "bench.sleeper"
    static let arguments = ArgumentSchema(defaults: Arguments())
    let tally: SleepTally

    func run(_ job: JobContext<Arguments>) async throws {
        tally.change(by: 1)
        defer { tally.change(by: -1) }
        try await Task.sleep(for: .milliseconds(job.arguments.milliseconds), tolerance: .zero)
    }
}

/// The time that jobs have spent in their function, all together.
private final class SleepTally: Sendable {
    private struct State {
        var running = 0
        var slotSeconds = 0.0
        var since = ContinuousClock.now

        mutating func advance() {
            let now = ContinuousClock.now
            slotSeconds += Double(running) * (since.duration(to: now) / .seconds(1))
            since = now
        }
    }

    private let state = Mutex(State())

    func change(by difference: Int) {
        state.withLock { state in
            state.advance()
            state.running += difference
        }
    }

    func slotSeconds() -> Double {
        state.withLock { state in
            state.advance()
            return state.slotSeconds
        }
    }
}

/// Memory of this process that is in RAM, as the kernel counts it.
private func residentMegabytes() -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
        let kilobytes = Double(line.split(whereSeparator: { !$0.isNumber }).first ?? "")
    else { return 0 }
    return kilobytes * 1024 / 1e6
}
