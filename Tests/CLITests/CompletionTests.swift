import Millrace
import Testing

@Suite("Completion of the command line")
struct CompletionTests {
    /// Sources the script and asks the function that it registered, as bash does at a press of the tabulator.
    private static let pressTabulator = """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        registered=$(complete -p millrace); name=${registered#*-F }; name=${name%% *}
        "$name" millrace "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """

    /// What bash offers for the last of the words.
    private func offers(_ words: String...) async throws -> Set<String> {
        let bash = try #require(Tool("bash"))
        let script = try await script(for: "bash")
        let answer = try await bash.run(
            on: script, ["--norc", "--noprofile", "-c", Self.pressTabulator, "bash", "FILE", "millrace"] + words)
        #expect(answer.errors == "")
        return Set(answer.output.split(separator: "\n").map(String.init))
    }

    private func script(for shell: String) async throws -> String {
        let command = try await Command.run("completion", shell)
        #expect(command.status == 0)
        return command.output
    }

    @Test("bash offers commands, their subcommands and options")
    func commands() async throws {
        let commands = try await offers("")
        #expect(commands.isSuperset(of: ["job", "schedule", "worker", "completion", "manual"]))
        #expect(try await offers("sched") == ["schedule"])
        #expect(try await offers("job", "l") == ["list", "logs"])
        #expect(try await offers("job", "list", "--q") == ["--queue"])
    }

    @Test("bash offers every state, and those that begin as what was typed")
    func states() async throws {
        #expect(try await offers("job", "list", "--state", "") == Set(JobState.allCases.map(\.rawValue)))
        #expect(try await offers("job", "list", "--state", "s") == ["scheduled", "skipped", "succeeded"])
        #expect(try await offers("schedule", "next", "--gap", "") == Set(GapRule.allCases.map(\.rawValue)))
        #expect(try await offers("completion", "") == ["bash", "zsh", "fish"])
    }

    @Test("bash offers nothing where a plugin is named: no database is asked")
    func plugins() async throws {
        #expect(try await offers("plugin", "describe", "") == [])
        #expect(try await offers("job", "list", "--plugin", "") == [])
    }

    @Test("zsh can read its script", .enabled(if: Tool("zsh") != nil, "zsh is not installed"))
    func zsh() async throws {
        let checked = try await #require(Tool("zsh")).run(on: script(for: "zsh"), ["-n", "FILE"])
        #expect(checked.status == 0)
        #expect(checked.errors == "")
    }

    @Test(
        "fish can read its script, and offers every state", .enabled(if: Tool("fish") != nil, "fish is not installed"))
    func fish() async throws {
        let fish = try #require(Tool("fish"))
        let asked = try await fish.run(
            on: script(for: "fish"),
            ["--no-config", "-c", "source $argv[1]; complete -C 'millrace job list --state '", "FILE"])
        #expect(asked.errors == "")
        let offered = asked.output.split(separator: "\n").compactMap {
            $0.split(separator: "\t").first.map(String.init)
        }
        #expect(Set(offered) == Set(JobState.allCases.map(\.rawValue)))
    }

    @Test("a shell that is not known is told with those that are")
    func unknownShell() async throws {
        let command = try await Command.run("completion", "tcsh")
        #expect(command.status == 2)
        #expect(command.errors.contains("fish"))
    }

    @Test("the help says where each script goes")
    func help() async throws {
        let help = try await Command.run("completion", "--help").output
        #expect(help.contains("bash-completion/completions/millrace"))
        #expect(help.contains("_millrace"))
        #expect(help.contains("millrace.fish"))
    }
}
