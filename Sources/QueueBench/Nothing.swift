import Millrace

/// A job that does nothing but read its arguments.
struct Nothing: Plugin {
    /// The same ones that the jobs of the other libraries have.
    struct Arguments: Codable, Sendable {
        var n = 0
        /// When it was sent, by ``monotonicNanoseconds()``; 0 for jobs whose way is not timed.
        var sent: Int64 = 0
        var tenant = ""
    }

    static let name = "bench.nothing"
    static let arguments = ArgumentSchema(defaults: Arguments())
    let tally: Tally

    func run(_ job: JobContext<Arguments>) async throws {
        tally.count(sent: job.arguments.sent)
    }

    /// A registry with this plugin alone.
    static func registry(_ tally: Tally = Tally()) throws -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(Nothing(tally: tally))
        return registry
    }
}
