/// The plugins that a worker can run, by name.
public struct PluginRegistry: Sendable {
    private var plugins: [String: RegisteredPlugin] = [:]
    private let keyring: Keyring?

    /// A registry without plugins.
    ///
    /// - Parameter keyring: the keys that open secret arguments of the jobs; nil when no job has any.
    public init(keyring: Keyring? = nil) {
        self.keyring = keyring
    }

    /// Adds a plugin.
    ///
    /// - Throws: ``PluginRegistrationError`` when its name is taken or badly formed, or its declaration has a mistake.
    public mutating func register<P: Plugin>(_ plugin: P) throws(PluginRegistrationError) {
        func refuse(_ problem: PluginRegistrationError.Problem) -> PluginRegistrationError {
            PluginRegistrationError(plugin: P.name, type: "\(P.self)", problem: problem)
        }
        guard isWellFormedName(P.name) else { throw refuse(.badName) }
        guard !P.name.hasPrefix("millrace.") else { throw refuse(.reservedName) }
        if let other = plugins[P.name] { throw refuse(.nameTaken(by: other.typeName)) }
        let description = PluginDescription(P.self)
        var mistakes = description.schema.mistakes
        if description.version < 1 { mistakes.append("version is \(description.version) and must be at least 1") }
        if !(1...1000).contains(description.defaults.maxAttempts) {
            mistakes.append("defaults.maxAttempts is \(description.defaults.maxAttempts) and must be from 1 to 1000")
        }
        if let timeout = description.defaults.timeout, timeout.wholeMilliseconds < 1 {
            mistakes.append("defaults.timeout is \(timeout) and must be at least a millisecond")
        }
        if description.defaults.queue.isEmpty { mistakes.append("defaults.queue is empty") }
        guard mistakes.isEmpty else { throw refuse(.mistakes(mistakes)) }
        plugins[P.name] = RegisteredPlugin(plugin, description: description, keyring: keyring)
    }

    /// The descriptions of all plugins, in the order of their names.
    public var descriptions: [PluginDescription] {
        plugins.values.map(\.description).sorted { $0.name < $1.name }
    }

    /// The plugin of a name; nil when there is none.
    public subscript(name: String) -> RegisteredPlugin? { plugins[name] }
}

/// A plugin whose type is no longer known. A class, since every job looks its plugin up, and a description is a lot to copy.
public final class RegisteredPlugin: Sendable {
    /// What is published of it.
    public let description: PluginDescription

    let typeName: String
    /// Reads the attempt's arguments and does its work; throws ``ArgumentError`` when they do not fit, and
    /// ``SealingError`` when they cannot be opened.
    let run: nonisolated(nonsending) @Sendable (AttemptState) async throws -> Void

    init<P: Plugin>(_ plugin: P, description: PluginDescription, keyring: Keyring?) {
        self.description = description
        typeName = "\(P.self)"
        run = { attempt in
            let arguments = try P.readArguments(of: attempt.job, description, keyring: keyring)
            try await plugin.run(JobContext(arguments: arguments, attemptState: attempt))
        }
    }
}
