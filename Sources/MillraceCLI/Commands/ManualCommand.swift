import ArgumentParser

struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print the manual page, made from the commands themselves.",
        discussion: """
            Read it at once, or put it where man looks for it:
              millrace manual | man -l -
              millrace manual > /usr/local/share/man/man1/millrace.1
            """)

    func run() throws {
        print(ManualPage(of: try CommandTree(of: MillraceCommand.self)).text, terminator: "")
    }
}
