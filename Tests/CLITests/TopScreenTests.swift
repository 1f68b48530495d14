import Foundation
import Testing

@testable import Millrace
@testable import MillraceCLI

@Suite("The screen of top")
struct TopScreenTests {
    private func busy(jobs: Int = 3) -> Activity {
        var activity = Activity(at: Date(timeIntervalSince1970: 1_774_000_000))
        activity.ended = 50
        activity.interval = 2
        activity.queues = [
            Activity.Queue(name: "default", ready: 12, running: jobs), Activity.Queue(name: "mail", isPaused: true),
        ]
        activity.running = (0..<jobs).map {
            Activity.RunningJob(
                id: JobID(Int64(100 + $0)), plugin: "train", queue: "default", worker: "w", attempt: 1, seconds: 61,
                done: 5, total: 10, message: "half\u{1B}[2Jway\nthere")
        }
        activity.workers = [Activity.WorkerLine(name: "w", host: "h", state: "alive", running: 3, slots: 4, silence: 1)]
        activity.failures = [
            Activity.Failure(
                id: JobID(7), plugin: "mail", attempt: 1, maximumAttempts: 5, kind: "error", message: "没有邮件", ago: 3)
        ]
        activity.runs = [
            Activity.Run(
                id: 9, pipeline: "nightly", state: "running", seconds: 5, jobs: 4, ended: 1, running: 1, failed: 1)
        ]
        return activity
    }

    @Test("it has exactly the lines and never more than the columns of any terminal, and no control characters")
    func fits() {
        for width in [1, 2, 7, 20, 40, 80, 133, 250] {
            for height in [1, 2, 3, 5, 9, 14, 24, 60] {
                for showsHelp in [false, true] {
                    var state = TopState()
                    state.showsHelp = showsHelp
                    state.follow(busy(jobs: 40))
                    let lines = TopScreen(activity: busy(jobs: 40), state: state).lines(width: width, height: height)
                    #expect(lines.count == height, "\(width)×\(height)")
                    #expect(lines.allSatisfy { TableText.displayWidth($0.text) <= width }, "\(width)×\(height)")
                    let text = lines.map(\.text).joined()
                    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
                }
            }
        }
        #expect(TopScreen(activity: busy(), state: TopState()).lines(width: 0, height: 0).isEmpty)
    }

    @Test("it shows states, throughput, queues, progress, workers, failures and runs")
    func shows() {
        let lines = TopScreen(activity: busy(), state: TopState()).lines(width: 120, height: 40).map(\.text)
        let text = lines.joined(separator: "\n")
        #expect(lines[0].contains("25.0 jobs/s"))
        #expect(lines[1] == "jobs: 12 ready, 3 running, 0 scheduled, 0 blocked, 0 parked")
        for part in ["paused", "█████░░░░░  50 %", "3/4", "没有邮件", "1/5", "nightly", "1 of 4 jobs, 1 failed", "half"] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(TopScreen.plain(busy(), width: 100).joined(separator: "\n").contains("running jobs (3)"))
    }

    @Test("the selected row stays in sight in a list that is longer than the screen")
    func scrolls() throws {
        let activity = busy(jobs: 200)
        var state = TopState()
        state.follow(activity)
        for step in 0..<200 {
            let lines = TopScreen(activity: activity, state: state).lines(width: 100, height: 20)
            let selected = try #require(lines.first { $0.style == .selected })
            #expect(selected.text.hasPrefix("> \(100 + step)"))
            _ = state.press(.down, activity)
        }
    }

    @Test("a terminal too low for all panes shows the chosen one")
    func low() {
        var state = TopState()
        let activity = busy(jobs: 40)
        state.follow(activity)
        let lines = TopScreen(activity: activity, state: state).lines(width: 100, height: 10).map(\.text)
        #expect(lines.contains { $0.hasPrefix("running jobs") })
        #expect(!lines.contains { $0.hasPrefix("queues") })
        #expect(lines.filter { $0.contains("train") }.count == 5)
    }
}

@Suite("What keys do in top")
struct TopStateTests {
    private func activity(_ jobs: [Int64]) -> Activity {
        var activity = Activity(at: .now)
        activity.queues = [Activity.Queue(name: "default"), Activity.Queue(name: "mail", isPaused: true)]
        activity.running = jobs.map {
            Activity.RunningJob(id: JobID($0), plugin: "p", queue: "default", attempt: 1, seconds: 1)
        }
        return activity
    }

    @Test("the same job stays selected while others come and go, and its neighbour when it ends")
    func follows() {
        var state = TopState()
        state.follow(activity([1, 2, 3]))
        _ = state.press(.down, activity([1, 2, 3]))
        state.follow(activity([2, 3, 4]))
        #expect(state.selection(in: .running) == 0)
        state.follow(activity([3, 4]))
        #expect(state.press(.character("c"), activity([3, 4])) == .none)
        #expect(state.question == .cancel(JobID(3)))
    }

    @Test("nothing is done without a y")
    func asks() {
        let now = activity([1])
        var state = TopState()
        state.follow(now)
        #expect(state.press(.character("c"), now) == .none)
        #expect(state.press(.character("q"), now) == .none)
        #expect(state.question == nil)
        #expect(state.press(.character("c"), now) == .none)
        #expect(state.press(.character("y"), now) == .perform(.cancel(JobID(1))))
        #expect(state.press(.character("y"), now) == .none)
        #expect(state.press(.character("p"), now) == .none)
        #expect(state.press(.character("y"), now) == .perform(.pause(queue: "default")))
    }

    @Test("tab goes round the panes, a paused queue is resumed, and an empty list asks nothing")
    func panes() {
        let now = activity([])
        var state = TopState()
        state.follow(now)
        var seen: [TopPane] = []
        for _ in TopPane.allCases {
            seen.append(state.pane)
            _ = state.press(.tab, now)
        }
        #expect(Set(seen).count == TopPane.allCases.count)
        #expect(state.pane == .running)
        _ = state.press(.backTab, now)
        #expect(state.pane == .queues)
        _ = state.press(.character("j"), now)
        _ = state.press(.character("p"), now)
        #expect(state.question == .resume(queue: "mail"))
        _ = state.press(.escape, now)
        _ = state.press(.character("c"), now)
        #expect(state.question == nil)
        #expect(state.notice == "no job runs")
        #expect(state.press(.character("q"), now) == .leave)
    }

    @Test("keys are read whole however the terminal cuts them up")
    func parser() {
        var parser = KeyParser()
        #expect(
            parser.keys(in: Array("\u{1B}[A\u{1B}OBjq\t\u{3}".utf8)) == [
                .up, .down, .character("j"), .character("q"), .tab, .interrupt,
            ])
        #expect(parser.keys(in: [0x1B, 0x5B]) == [])
        #expect(parser.keys(in: Array("5~x".utf8)) == [.pageUp, .character("x")])
        #expect(parser.keys(in: [0x1B]) == [.escape])
        #expect(parser.keys(in: Array("\u{1B}[Z\u{1B}[1;5A\u{1B}[200~y".utf8)) == [.backTab, .up, .character("y")])
        #expect(parser.keys(in: Array("é".utf8)) == [])
    }
}
