import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the script by which a shell completes millrace's commands.",
        discussion: """
            Commands, options and the values of options such as --state and --format are completed; names that stand in the \
            database are not looked up. Put the script where your shell looks for it, and start a new shell:
              bash  millrace completion bash > ~/.local/share/bash-completion/completions/millrace
              zsh   millrace completion zsh > ~/.zfunc/_millrace
              fish  millrace completion fish > ~/.config/fish/completions/millrace.fish

            The folder must exist. For bash the package bash-completion must be installed; without it, source the script in \
            ~/.bashrc. For zsh ~/.zshrc must say: fpath+=~/.zfunc; autoload -Uz compinit; compinit
            """)

    /// The shells that swift-argument-parser writes scripts for.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var generator: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() {
        print(MillraceCommand.completionScript(for: shell.generator))
    }
}
