import Synchronization

extension JobRequest {
    /// The same request with its secret arguments sealed, for a plugin that this program does not have as a type.
    ///
    /// The arguments are checked first: one whose name is misspelt would be stored in the clear. The version of the
    /// arguments becomes the description's when the request names none, since that says what is secret.
    ///
    /// - Parameters:
    ///   - keyring: the keys; nil will do when nothing is to be sealed.
    ///   - plugin: what is published of the request's plugin.
    /// - Throws: ``ArgumentError`` when the arguments do not fit; ``SealingError``.
    public func sealed(with keyring: Keyring?, for plugin: PluginDescription) throws -> JobRequest {
        func refuse(_ problem: SealingError.Problem) -> SealingError {
            SealingError(plugin: self.plugin, argument: nil, problem: problem)
        }
        guard plugin.name == self.plugin else { throw refuse(.otherPlugin(described: plugin.name)) }
        if let given = argumentsVersion, given != plugin.version {
            throw refuse(.otherVersion(given: given, described: plugin.version))
        }
        try plugin.schema.check(arguments, plugin: plugin.name)
        var request = self
        request.arguments = try arguments.sealed(by: keyring, secrets: plugin.schema.secrets, plugin: plugin.name)
        request.argumentsVersion = plugin.version
        return request
    }
}

/// A schema may be read off the type anew each time it is asked for, which is too slow for every request.
private let knownSecrets = Mutex<[ObjectIdentifier: Set<String>]>([:])

/// The names of a plugin's secret arguments.
func secretArguments<P: Plugin>(of plugin: P.Type) -> Set<String> {
    if let known = knownSecrets.withLock({ $0[ObjectIdentifier(plugin)] }) { return known }
    let secrets = P.arguments.secrets
    knownSecrets.withLock { $0[ObjectIdentifier(plugin)] = secrets }
    return secrets
}
