import ArgumentParser
import Postgres

/// The `millrace` command.
@main
struct MillraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "millrace",
        abstract: "A job scheduler on PostgreSQL, and the pipelines that make a shop's marketing personal.",
        discussion: """
            The database is named by DATABASE_URL (postgres://account@host/database), or by libpq's own PGHOST, PGPORT, \
            PGUSER, PGDATABASE and so on.

            First steps:
              millrace migrate                          make or update the tables
              millrace sample-shop --output shop        a shop to play with; then import its three files
              millrace apply jobs/                      pipelines and schedules from YAML
              millrace worker & millrace coordinator &  as many as you like, on any machine
              millrace run nightly-personalization --wait
              millrace job list

            When something is wrong:
              millrace doctor                           what is wrong, and the way out
              millrace top                              what goes on, live
              millrace job why 42                       why a job does not run
              millrace job list --state failed          what failed, and why
              millrace job retry --plugin mail --newer 1d   many at once; it counts and asks first

            Exit codes: 0 done, 1 the job or the check failed, 2 wrong usage, 3 the database cannot be reached.
            """,
        version: Version.text,
        subcommands: [
            Migrate.self, Apply.self, RunCommand.self, WorkerCommand.self, CoordinatorCommand.self, Dev.self,
            JobCommand.self, PipelineCommand.self, ScheduleCommand.self, QueueCommand.self, LimitCommand.self,
            PluginCommand.self, ModelCommand.self, ImportCommand.self, SampleShopCommand.self, Report.self, Top.self,
            Doctor.self,
            KeyCommand.self, CompletionCommand.self, ManualCommand.self,
        ])

    static func main() async {
        bufferStandardOutputByLine()
        Database.setTimeZone()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure(error).exit()
        }
    }
}
