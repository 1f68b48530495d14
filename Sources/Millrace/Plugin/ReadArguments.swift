import Postgres

extension Plugin {
    /// Reads the arguments of a job: what is sealed is opened, an older version is brought to the plugin's own, and the
    /// whole is checked and decoded.
    ///
    /// - Throws: ``ArgumentError`` when they do not fit; ``SealingError`` when they cannot be opened.
    static func readArguments(
        of job: ClaimedJob, _ description: PluginDescription, keyring: Keyring?
    ) throws -> Arguments {
        let given = try description.schema.object(job.arguments, plugin: description.name)
        let opened = try given.opened(by: keyring, plugin: description.name)
        let current = try upcast(opened.value, from: job.argumentsVersion, to: description)
        var hidden = opened.names
        if !hidden.isEmpty {
            // An up-caster may have moved or divided what was opened, so all that it wrote is taken for secret.
            hidden.formUnion((current.members ?? []).filter { given[$0.key] != $0.value }.map(\.key))
        }
        return try description.schema.decode(
            current, as: Arguments.self, plugin: description.name, concealing: hidden)
    }

    /// One up-cast for each version that lies between; an error names the version that could not be read.
    private static func upcast(
        _ arguments: JSONValue, from version: Int, to description: PluginDescription
    ) throws(ArgumentError) -> JSONValue {
        func failure(_ problem: String, _ wayOut: String) -> ArgumentError {
            ArgumentError(
                plugin: description.name,
                problems: [ArgumentProblem(path: ValuePath(), problem: problem, wayOut: wayOut)])
        }
        guard version >= 1 else {
            throw failure("the arguments have version \(version), and versions begin with 1", "leave args_version out")
        }
        var arguments = arguments
        var next = version
        while next < description.version {
            do {
                arguments = try upcast(arguments, from: next)
            } catch {
                throw failure(
                    "arguments of version \(next) cannot be brought to version \(next + 1): \(error)",
                    "enqueue the job again with arguments of version \(description.version)")
            }
            guard arguments.members != nil else {
                throw failure(
                    "arguments of version \(next) became no JSON object as version \(next + 1)",
                    "correct the plugin's upcast(_:from:)")
            }
            next += 1
        }
        return arguments
    }
}
