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
              millrace run profile-rebuild --args '{"clusters": 5}' --wait

            The work is done by workers: at least one must be running. With --wait the command shows the progress, ends when \
            the work has ended, and has exit code 1 when it did not succeed.
            """)

    @Argument(help: "A pipeline that was applied, or a plugin.") var target: String
    @Option(help: "Arguments of a plugin, as a JSON object.") var args = "{}"
    @Option(help: "The time it stands for, in RFC 3339; now when left out.") var logicalTime: String?
    @Option(help: "Queue of a plugin's job; the plugin's own when left out.") var queue: String?
    @Option(help: "Priority of a plugin's job; lower runs first.") var priority = 0
    @Flag(help: "Wait for the end and show the progress.") var wait = false

    func run() async throws {
        let logicalTime = try logicalTime.map { try RFC3339.date($0) }
        try await Database.withConnection(for: "run") { [self] connection in
            if try await connection.pipelineExists(target) {
                guard args == "{}" else {
                    throw ValidationError("--args is for plugins; a pipeline's arguments stand in its definition")
                }
                let run = try await connection.startRun(of: target, logicalTime: logicalTime)
                try await connection.ringDoorbell()
                print("run \(run) of \(target) has started")
                if wait { try await RunWatcher(connection: connection, run: run).watch() }
            } else {
                guard let plugin = try await connection.publishedPlugin(target) else {
                    throw UnknownTarget(name: target)
                }
                try plugin.schema.check(JSONText(args), plugin: target)
                var request = JobRequest(plugin: target, arguments: JSONText(args))
                request.logicalTime = logicalTime
                request.queue = queue
                request.priority = priority
                let job = try await connection.enqueue(request)
                try await connection.ringDoorbell()
                print("job \(job) is enqueued")
                if wait { try await JobWatcher(connection: connection, job: job).watch() }
            }
        }
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
