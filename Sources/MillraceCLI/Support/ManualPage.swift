/// The manual page of the program, millrace(1).
struct ManualPage {
    let text: String

    init(of tree: CommandTree) {
        var roff = Roff()
        roff.title(
            tree.commandName.uppercased(), section: "1", date: ManualTexts.revised,
            source: "\(tree.commandName) \(Version.text)", manual: "Millrace")
        roff.section("NAME")
        roff.paragraph(markup: "\(tree.commandName) \\- " + Roff.prose(ManualTexts.name))
        roff.section("SYNOPSIS")
        let parts = ["command", "subcommand", "options", "arguments"].map(Roff.italic)
        roff.paragraph(markup: "\(Roff.bold(tree.commandName)) \(parts[0]) [\(parts[1])] [\(parts[2])] [\(parts[3])]")
        roff.section("DESCRIPTION")
        for paragraph in ManualTexts.description { roff.paragraph(paragraph) }
        roff.section("COMMANDS")
        for command in tree.commands { Self.describe(command, path: [tree.commandName], in: &roff) }
        Self.list(ManualTexts.environment, as: "ENVIRONMENT", in: &roff)
        Self.list(ManualTexts.exitStatus, as: "EXIT STATUS", in: &roff)
        Self.list(ManualTexts.files, as: "FILES", in: &roff)
        roff.section("EXAMPLES")
        for example in ManualTexts.examples {
            roff.paragraph(example.what)
            roff.literal(example.lines)
        }
        roff.section("SEE ALSO")
        roff.paragraph(
            markup: ManualTexts.seeAlso.map { Roff.bold($0.name) + "(\($0.section))" }.joined(separator: ", "))
        text = roff.text
    }

    private static func list(_ entries: [(tag: String, text: String)], as title: String, in roff: inout Roff) {
        roff.section(title)
        for entry in entries { roff.entry(tag: Roff.bold(entry.tag), entry.text) }
    }

    private static func describe(_ command: CommandTree, path: [String], in roff: inout Roff) {
        let path = path + [command.commandName]
        roff.subsection(path.joined(separator: " "))
        if command.commands.isEmpty {
            let words = [Roff.bold(path.joined(separator: " "))] + command.ownArguments.map(synopsis)
            roff.paragraph(markup: words.joined(separator: " "))
        }
        if let abstract = command.abstract { roff.paragraph(abstract) }
        if let usual = command.defaultSubcommand {
            roff.paragraph("Without a subcommand it does `\(usual)`.")
        }
        if let discussion = command.discussion { tell(discussion, in: &roff) }
        for argument in command.ownArguments { roff.entry(tag: tag(of: argument), explanation(of: argument)) }
        for subcommand in command.commands { describe(subcommand, path: path, in: &roff) }
    }

    /// Lines that are indented stand as they are, the others are paragraphs.
    private static func tell(_ discussion: String, in roff: inout Roff) {
        var literal: [String] = []
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  ") {
                literal.append(String(line.dropFirst(2)))
                continue
            }
            if !literal.isEmpty { roff.literal(literal) }
            literal = []
            if !line.isEmpty { roff.paragraph(String(line)) }
        }
        if !literal.isEmpty { roff.literal(literal) }
    }
}

extension ManualPage {
    /// `--state state`, in the fonts of a manual.
    private static func tag(of argument: CommandTree.Argument) -> String {
        let value = Roff.italic(argument.valueName ?? "value")
        switch argument.kind {
        case .positional: return value
        case .flag: return names(of: argument)
        case .option: return names(of: argument) + " " + value
        }
    }

    private static func names(of argument: CommandTree.Argument) -> String {
        (argument.names ?? []).map { Roff.bold($0.spelled) }.joined(separator: ", ")
    }

    private static func synopsis(of argument: CommandTree.Argument) -> String {
        let once = tag(of: argument) + (argument.isRepeating ? " ..." : "")
        return argument.isOptional ? "[\(once)]" : once
    }

    /// What it means, its values unless they are named already, and what it is when left out.
    private static func explanation(of argument: CommandTree.Argument) -> String {
        var sentences = [argument.abstract ?? ""]
        if let values = argument.allValues, !values.allSatisfy(sentences[0].contains) {
            sentences.append("One of \(values.joined(separator: ", ")).")
        }
        if let usual = ManualTexts.defaultsOfTheMachine[argument.valueName ?? ""] ?? argument.defaultValue {
            sentences.append("When left out: \(usual).")
        }
        return sentences.joined(separator: " ")
    }
}
