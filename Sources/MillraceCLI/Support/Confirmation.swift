import ArgumentParser
import Foundation

/// Asks before something is done that cannot be taken back at once.
enum Confirmation {
    /// Goes on after `--yes`, or a y at a terminal.
    ///
    /// - Parameters:
    ///   - question: what is going to be done, such as "cancel 12 jobs".
    ///   - yes: whether `--yes` was given.
    /// - Throws: `ExitCode` 2 where nobody can be asked, 1 when the answer is no. Nothing was changed then, and it is told.
    static func ask(_ question: String, yes: Bool) throws {
        guard !yes else { return }
        guard Terminal.isInteractive, isatty(STDIN_FILENO) == 1 else {
            Terminal.warn("millrace: would \(question), but nobody can be asked here  →  add --yes")
            throw ExitCode(2)
        }
        Terminal.write("\(question)? [y/N] ")
        guard ["y", "yes"].contains(readLine()?.lowercased()) else {
            Terminal.warn("nothing was changed")
            throw ExitCode.failure
        }
    }
}

/// `1 job`, `2 jobs`.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
