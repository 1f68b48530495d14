extension DefinitionError {
    /// What can be wrong with a definition file.
    public enum Problem: Sendable, Hashable {
        // The file
        /// It cannot be read.
        case unreadable(reason: String, wayOut: String)
        /// It has bytes that are not UTF-8.
        case notUTF8
        /// It has nothing in it.
        case empty
        /// A folder has no definitions in it.
        case emptyFolder
        /// It is no YAML.
        case syntax(String, wayOut: String)
        /// It is indented by a tab.
        case tab
        /// It has more than one document.
        case secondDocument
        /// Its aliases expand to far more than it has, or it is nested too deeply.
        case tooLarge

        // Keys and values
        /// A mapping has the key twice.
        case duplicateKey(firstLine: Int?)
        /// There is no such key.
        case unknownKey(closest: String?, known: [String])
        /// The key must be there.
        case missingKey(wayOut: String)
        /// The value has another type.
        case wrongType(found: String, expected: String, wayOut: String)
        /// The value has a tag such as `!env`.
        case tag(String)
        /// The name does not have the form of one.
        case badName(String)
        /// The value is none of a few.
        case badChoice(String, closest: String?, allowed: [String])
        /// The number is too small or too large.
        case outOfRange(String, from: Int, to: Int)
        /// The length of time is no length of time, or too short.
        case duration(String, problem: String, wayOut: String)
        /// The expression is no cron expression, or never fires.
        case cron(CronError)
        /// The zone is not known.
        case zone(ZoneError)
        /// The instant is no instant.
        case instant(RFC3339.ParseError)
        /// The text does not begin as a jsonpath does.
        case jsonPath(String, example: String)
        /// The parameter's name does not have the form of one.
        case badParameterName(String)
        /// The key has no meaning where that other key is.
        case clash(with: String, wayOut: String)
        /// The longest delay is less than the first.
        case capBelowBase(Duration)
        /// The schedule ends before it starts.
        case endsBeforeStart
        /// The schedule has no slot between its start and its end.
        case noSlot

        // The whole
        /// A pipeline has no steps.
        case noSteps
        /// A step waits for one that is not there.
        case unknownStep(String, closest: String?, known: [String])
        /// A step looks at one that it does not wait for.
        case notNeeded(String, by: String)
        /// A step waits for another twice.
        case needTwice(String)
        /// Steps wait for each other.
        case cycle([String])
        /// A step starts the pipeline that it is in.
        case nestsItself(String)
        /// The pipeline has no such parameter.
        case unknownParameter(String, known: Set<String>)
        /// The placeholder cannot be filled in.
        case placeholder(String, String, wayOut: String)
        /// No such plugin is known.
        case unknownPlugin(String, closest: String?, known: [String])
        /// The plugin does not take this argument.
        case argument(ArgumentProblem, plugin: String)
        /// Another file defines a pipeline of the same name.
        case duplicatePipeline(String, file: String, line: Int)
    }
}

extension DefinitionError.Problem {
    /// What is wrong, in words.
    public var text: String {
        switch self {
        case .unreadable(let reason, _): reason
        case .notUTF8: "is not UTF-8"
        case .empty: "the file is empty"
        case .emptyFolder: "the folder has no *.yaml or *.yml file in it"
        case .syntax(let problem, _): problem
        case .tab: "is indented by a tab"
        case .secondDocument: "a second document begins here"
        case .tooLarge: "is too large or nested too deeply"
        case .duplicateKey(let line): "is given twice" + (line.map { ", first on line \($0)" } ?? "")
        case .unknownKey: "there is no such key"
        case .missingKey: "is missing"
        case .wrongType(let found, let expected, _): "is \(found), not \(expected)"
        case .tag(let tag): "has the tag \(tag)"
        case .badName(let name): "\(quoted(name)) is no well-formed name"
        case .badChoice(let value, _, let allowed): "\(quoted(value)) is not \(list(allowed))"
        case .outOfRange(let value, let lowest, let highest): "\(value) is not from \(lowest) to \(highest)"
        case .duration(let text, let problem, _): "\(quoted(text)) is no length of time: \(problem)"
        case .cron(let error):
            ([quoted(error.expression), "column \(error.column)"] + [error.field?.title].compactMap(\.self))
                .joined(separator: ", ") + ": \(error.problem)"
        case .zone(let error): Self.halves(of: error).text
        case .instant(let error): "\(quoted(error.text)) is no RFC 3339 instant: \(error.problem)"
        case .jsonPath(let text, _): "\(quoted(text)) does not begin as a jsonpath does"
        case .badParameterName(let name): "\(quoted(name)) cannot be the name of a parameter"
        case .clash(let other, _): "cannot stand beside \(other)"
        case .capBelowBase: "is less than base"
        case .endsBeforeStart: "is before starts"
        case .noSlot: "is before the first slot after starts"
        case .noSteps: "has no steps"
        case .unknownStep(let name, _, _): "\(quoted(name)) is no step of this pipeline"
        case .notNeeded(let name, let step): "\(step) does not wait for \(quoted(name))"
        case .needTwice(let name): "\(quoted(name)) is named twice"
        case .cycle(let steps): PipelineGraphError.sentence(steps)
        case .nestsItself(let name): "\(quoted(name)) is the pipeline that this step is in"
        case .unknownParameter(let name, _): "there is no parameter \(quoted(name))"
        case .placeholder(let written, let problem, _): "\(quoted(written)) \(problem)"
        case .unknownPlugin(let name, _, _): "\(quoted(name)) is no known plugin"
        case .argument(let problem, let plugin): "\(problem.problem) (plugin \(plugin))"
        case .duplicatePipeline(let name, let file, let line):
            "\(quoted(name)) is defined in \(file):\(line) already"
        }
    }

    /// What to do.
    public var wayOut: String {
        switch self {
        case .unreadable(_, let wayOut), .syntax(_, let wayOut), .missingKey(let wayOut),
            .wrongType(_, _, let wayOut), .duration(_, _, let wayOut), .clash(_, let wayOut),
            .placeholder(_, _, let wayOut):
            wayOut
        case .notUTF8: "save the file as UTF-8"
        case .empty: "begin it with `pipeline: NAME` and `steps:`"
        case .emptyFolder: "put definitions there, or name another folder"
        case .tab: "indent with spaces"
        case .secondDocument: "put each pipeline into a file of its own"
        case .tooLarge: "split it, or write aliases out"
        case .duplicateKey: "remove or rename one of them"
        case .unknownKey(let closest, let known): didYouMean(closest) ?? "use \(list(known))"
        case .tag: "write the value without it"
        case .badName: nameAdvice
        case .badChoice(_, let closest, let allowed): didYouMean(closest) ?? "use \(list(allowed))"
        case .outOfRange(_, let lowest, let highest): "give a whole number from \(lowest) to \(highest)"
        case .cron(let error): error.wayOut
        case .zone(let error): Self.halves(of: error).wayOut
        case .instant: "write it like 2026-03-29T03:00:00+02:00 or 2026-03-29T01:00:00Z"
        case .jsonPath(_, let example): "begin with $, which is the step's output: `\(example)`"
        case .badParameterName: parameterNameAdvice
        case .capBelowBase(let base): "give at least \(DurationText(base))"
        case .endsBeforeStart: "give a later instant"
        case .noSlot: "give a later instant, or take it out"
        case .noSteps: "add one, such as `greet: { plugin: greet }`"
        case .unknownStep(_, let closest, let known):
            didYouMean(closest) ?? (known.isEmpty ? "take it out" : "use \(list(known))")
        case .notNeeded(let name, let step):
            name == step ? "name a step before it" : "add \(name) to the needs of \(step)"
        case .needTwice: "name it once"
        case .cycle: "take one of these needs out"
        case .nestsItself: "name another pipeline"
        case .unknownParameter(let name, let known):
            didYouMean(closestSpelling(of: name, among: known))
                ?? (known.isEmpty ? "declare it under `parameters:`" : "use \(list(known.sorted())), or declare it")
        case .unknownPlugin(_, let closest, let known):
            didYouMean(closest)
                ?? (known.isEmpty ? "start a worker that has it, so that it becomes known" : "use \(list(known))")
        case .argument(let problem, _): problem.wayOut
        case .duplicatePipeline: "rename one of them"
        }
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).shown }
    private func list(_ words: [String]) -> String { ArgumentExpectation.list(words, or: "or") }
    private func didYouMean(_ word: String?) -> String? { word.map { "did you mean \(quoted($0))?" } }

    /// What happened and the way out, which the error says in one line.
    private static func halves(of error: ZoneError) -> (text: String, wayOut: String) {
        let parts = error.description.split(separator: " → ", maxSplits: 1)
        return (String(parts.first ?? ""), String(parts.dropFirst().first ?? ""))
    }
}
