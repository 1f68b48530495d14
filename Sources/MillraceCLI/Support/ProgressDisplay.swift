import Foundation
import Synchronization

/// Progress of long work: a bar that is redrawn on a terminal, a plain line now and then elsewhere.
struct ProgressDisplay {
    private let label: String
    private var lastLine = ""
    private var lastShown: ContinuousClock.Instant?
    private let pause: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(5)

    init(_ label: String) {
        self.label = label
    }

    /// Shows how far the work is; skipped when the last time was just now.
    mutating func show(done: Double, of total: Double?, _ detail: String) {
        let now = ContinuousClock.now
        if let lastShown, lastShown.duration(to: now) < pause { return }
        lastShown = now
        draw(line(done: done, of: total, detail))
    }

    /// Ends the display with a last line.
    mutating func finish(_ summary: String) {
        draw("\(label)  \(summary)")
        if Terminal.isInteractive { Terminal.write("\n") }
    }

    private func line(done: Double, of total: Double?, _ detail: String) -> String {
        guard let total, total > 0 else { return "\(label)  \(detail)" }
        let fraction = min(1, max(0, done / total))
        let percent = String(format: "%3d %%", Int(fraction * 100))
        guard Terminal.isInteractive else { return "\(label)  \(percent)  \(detail)" }
        let filled = Int(fraction * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        return "\(label)  \(bar) \(percent)  \(detail)"
    }

    private mutating func draw(_ line: String) {
        if Terminal.isInteractive {
            Terminal.write("\r\u{1B}[K" + String(line.prefix(Terminal.width - 1)))
        } else if line != lastLine {
            Terminal.write(line + "\n")
        }
        lastLine = line
    }
}

/// A display that a `@Sendable` closure may draw on.
final class SharedDisplay: Sendable {
    private let display: Mutex<ProgressDisplay>

    init(_ display: ProgressDisplay) {
        self.display = Mutex(display)
    }

    func show(done: Double, of total: Double?, _ detail: String) {
        display.withLock { $0.show(done: done, of: total, detail) }
    }

    func finish(_ summary: String) {
        display.withLock { $0.finish(summary) }
    }
}
