import ArgumentParser
import Millrace

/// The jobs that something is done to: by id, or all that match filters.
struct JobSelection: ParsableArguments {
    @Argument(help: "Ids, as `millrace job list` shows them; or leave them out and say which by filters.")
    var ids: [JobID] = []
    @OptionGroup var filters: JobFilterOptions
    @Flag(help: "Do not ask before many jobs are changed.") var yes = false

    func validate() throws {
        let isUnrestricted = filters.filter.isUnrestricted
        guard ids.isEmpty || isUnrestricted else {
            throw ValidationError("ids and filters do not go together: give the one or the other")
        }
        guard !ids.isEmpty || !isUnrestricted else {
            throw ValidationError(
                "no job is named  →  give ids, or say which by at least one of --state, --plugin, --queue, --tag, --run, "
                    + "--older, --newer and --error")
        }
    }
}
