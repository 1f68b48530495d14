import Foundation
import Testing

@Suite("The manual page")
struct ManualTests {
    private func page() async throws -> String {
        let command = try await Command.run("manual")
        #expect(command.status == 0)
        #expect(command.errors == "")
        return command.output
    }

    private func headings(_ macro: String, in page: String) -> [String] {
        page.split(separator: "\n").filter { $0.hasPrefix(".\(macro) ") }
            .map { $0.dropFirst(macro.count + 2).trimmingCharacters(in: ["\""]) }
    }

    @Test("it has the sections of a manual in their order")
    func sections() async throws {
        #expect(
            headings("SH", in: try await page()) == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "EXIT STATUS", "FILES", "EXAMPLES",
                "SEE ALSO",
            ])
    }

    @Test("it describes every command that the help lists, with the options of each")
    func commands() async throws {
        let page = try await page()
        let described = headings("SS", in: page).map { $0.replacingOccurrences(of: "\\-", with: "-") }
        let help = try await Command.run("--help").output
        let listed = try #require(help.components(separatedBy: "SUBCOMMANDS:\n").last).split(separator: "\n")
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map { String($0.split(separator: " ")[0]) }
            .filter { $0 != "See" }
        #expect(listed.count > 10)
        for name in listed { #expect(described.contains("millrace \(name)")) }
        #expect(described.contains("millrace job list"))
        #expect(Set(described).count == described.count)
        #expect(page.contains("\\fB\\%\\-\\-state\\fR \\fI\\%state\\fR\nOnly jobs in this state"))
        #expect(page.contains("Without a subcommand it does \\fB\\%list\\fR."))
    }

    @Test("what a reader may copy keeps its own characters, and no text is taken for a command of roff")
    func escaping() async throws {
        let lines = try await page().split(separator: "\n")
        #expect(lines.contains { $0.contains("\\-\\-cron \\(aq0 3 * * MON\\-FRI\\(aq") })
        let macros: Set = ["TH", "SH", "SS", "PP", "TP", "RS", "RE", "EX", "EE"]
        for line in lines where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(macros.contains(String(line.dropFirst().prefix(2))), "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix("\\fB\\%.millrace/dev") })
    }

    @Test("it does not depend on the machine it was printed on")
    func sameEverywhere() async throws {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let page = try await page()
        #expect(page.contains("When left out: as many as the machine has processors."))
        #expect(!page.contains("Jobs to run at once.\nWhen left out: \(processors)."))
    }

    @Test("man sets it without a warning", .enabled(if: Tool("man") != nil, "man is not installed"))
    func man() async throws {
        let set = try await #require(Tool("man")).run(on: page(), ["--warnings", "-E", "UTF-8", "-l", "FILE"])
        #expect(set.status == 0)
        #expect(set.errors == "")
        #expect(set.output.contains("--state state"))
    }

    @Test("mandoc finds nothing to complain of", .enabled(if: Tool("mandoc") != nil, "mandoc is not installed"))
    func mandoc() async throws {
        let linted = try await #require(Tool("mandoc")).run(on: page(), ["-T", "lint", "-W", "all", "FILE"])
        #expect(linted.status == 0)
        #expect(linted.output + linted.errors == "")
    }
}
