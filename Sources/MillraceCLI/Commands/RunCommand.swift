import ArgumentParser
import Foundation
import Millrace
import Postgres

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline, or a single plugin, now.",
        discussion: """
            Examples:
              millrace run nightly-personalization --wait
              millrace run nightly-personalization --parameter campaign=spring --parameter clusters=5
              millrace run profile-rebuild --args '{"clusters": 5}' --wait
              millrace run profile-rebuild --args-file arguments.json
              millrace run campaign-dispatch --args '{"campaign": "spring"}' --unique campaign --delay 10m --deadline 2h

            The work is done by workers: at least one must be running. With --wait the command shows the progress, ends when \
            the work has ended, and has exit code 1 when it did not succeed.
            """)

    @Argument(help: "A pipeline that was applied, or a plugin.") var target: String
    @Option(help: "A pipeline's parameter, NAME=VALUE: JSON if it reads as JSON, else text. May be repeated.")
    var parameter: [ParameterText] = []
    @Option(help: "Arguments of a plugin, as a JSON object.") var args: String?
    @Option(help: "The same from a file, or - for standard input: for more than a shell takes.", completion: .file())
    var argsFile: String?
    @Option(help: "The time it stands for, in RFC 3339; now when left out.", transform: RFC3339.date)
    var logicalTime: Date?
    @OptionGroup(title: "Options for a plugin's job") var job: JobOptions
    @Flag(help: "Wait for the end and show the progress.") var wait = false

    func validate() throws {
        guard args == nil || argsFile == nil else { throw ValidationError("give either --args or --args-file") }
    }

    func run() async throws {
        try await Database.withConnection(for: "run") { [self] connection in
            if try await connection.pipelineExists(target) {
                try await runPipeline(on: connection)
            } else {
                try await runPlugin(on: connection)
            }
        }
    }

    private func runPipeline(on connection: Connection) async throws {
        guard args == nil, argsFile == nil else {
            throw ValidationError(
                "--args is for plugins; a pipeline's arguments stand in its definition, and its parameters are given by "
                    + "--parameter NAME=VALUE")
        }
        if let option = job.given.first {
            throw ValidationError("\(option) is for plugins; those of a pipeline's jobs stand in its definition")
        }
        let run = try await connection.startRun(
            of: target, parameters: try ParameterText.object(parameter), logicalTime: logicalTime)
        try await connection.ringDoorbell()
        print("run \(run) of \(target) has started")
        if wait { try await RunWatcher(connection: connection, run: run).watch() }
    }

    private func runPlugin(on connection: Connection) async throws {
        guard parameter.isEmpty else {
            throw ValidationError("--parameter is for pipelines; a plugin's arguments are given by --args '{…}'")
        }
        guard let plugin = try await connection.publishedPlugin(target) else { throw UnknownTarget(name: target) }
        let arguments = JSONText(try argsFile.map(ArgumentsFile.text) ?? args ?? "{}")
        var request = try JobRequest(plugin: target, arguments: arguments)
            .sealed(with: Keyring.fromEnvironment(), for: plugin)
        request.logicalTime = logicalTime
        job.set(on: &request)
        guard let enqueued = try await connection.enqueue(reporting: [request]).first else { return }
        try await connection.ringDoorbell()
        print(
            enqueued.isNew
                ? "job \(enqueued.id) is enqueued"
                : "nothing was enqueued: job \(enqueued.id) has the same unique key and has not ended")
        if wait { try await JobWatcher(connection: connection, job: enqueued.id).watch() }
    }
}

/// A file with a plugin's arguments.
struct ArgumentsFile: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "--args-file \(path): \(problem)  →  check the path; - is standard input" }

    /// Its text; `-` for standard input.
    static func text(_ path: String) throws -> String {
        do {
            let file = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            throw ArgumentsFile(path: path, problem: "it cannot be read (\(error.localizedDescription))")
        }
    }
}

/// How a single job is enqueued.
struct JobOptions: ParsableArguments {
    @Option(help: "Queue; the plugin's own when left out.") var queue: String?
    @Option(parsing: .unconditional, help: "Priority; lower runs first, 0 when left out.") var priority: Int?
    @Option(help: "A word to find it by; may be repeated.") var tag: [String] = []
    @Option(help: "Not before so long from now, such as 10m.", transform: duration) var delay: Duration?
    @Option(help: "It fails if it has not ended so long from now.", transform: duration) var deadline: Duration?
    @Option(
        help: """
            At most one such job that has not ended: the names of the arguments that make it the same, separated by commas; \
            \"all\" for all.
            """)
    var unique: String?

    func validate() throws {
        if let unique, Self.names(unique).isEmpty {
            throw ValidationError("--unique takes names of arguments, separated by commas, or all")
        }
    }

    /// The names of the options that were given.
    var given: [String] {
        var given: [String] = []
        if queue != nil { given.append("--queue") }
        if priority != nil { given.append("--priority") }
        if !tag.isEmpty { given.append("--tag") }
        if delay != nil { given.append("--delay") }
        if deadline != nil { given.append("--deadline") }
        if unique != nil { given.append("--unique") }
        return given
    }

    func set(on request: inout JobRequest) {
        request.queue = queue
        request.priority = priority ?? 0
        request.tags = tag
        request.delay = delay
        request.deadline = deadline
        request.unique = unique.map { $0 == "all" ? Unique() : Unique(by: .arguments(Self.names($0))) }
    }

    private static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

/// A name that is neither an applied pipeline nor a published plugin.
struct UnknownTarget: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "there is no pipeline and no plugin called \"\(name)\"  →  `millrace pipeline list` and `millrace plugin list` "
            + "show what there is; `millrace apply jobs/` adds pipelines, and a worker publishes its plugins when it starts"
    }
}
