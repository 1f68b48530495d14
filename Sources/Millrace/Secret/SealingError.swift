/// A secret argument that cannot be sealed or opened. It never holds the argument's value.
public struct SealingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Sendable, Hashable {
        /// The argument is secret, and there is no keyring to seal it with.
        case noKeyring
        /// It is sealed with this key, and there is no keyring to open it with.
        case noKeyringToOpen(keyID: String)
        /// It is sealed with this key, which the keyring does not have.
        case unknownKey(String, known: [String])
        /// It was changed after it was sealed, or sealed for another plugin or argument, or with another key of that id.
        case tampered
        /// It has the mark of a sealed value and not the form of one.
        case malformed
        /// The arguments are no JSON object.
        case noObject
        /// The request is for another plugin than the one that was described.
        case otherPlugin(described: String)
        /// The request's arguments have another version than the description, whose secrets may have other names.
        case otherVersion(given: Int, described: Int)
        /// The cipher refused to work, for this reason.
        case cipher(String)
    }

    /// The plugin.
    public let plugin: String
    /// The argument; nil when it is not about a single one.
    public let argument: String?
    /// What is wrong.
    public let problem: Problem

    /// Whether another worker may have what is missing here, so that it is worth while to try again.
    public var mayPassElsewhere: Bool {
        switch problem {
        case .noKeyringToOpen, .unknownKey: true
        default: false
        }
    }

    /// What happened, and the way out.
    public var description: String {
        let place = argument.map { "\(plugin): \($0)" } ?? plugin
        return "\(place): \(text)"
    }

    private var text: String {
        switch problem {
        case .noKeyring:
            "is secret, and there is no keyring to seal it with  →  set MILLRACE_KEYS or MILLRACE_KEY_FILE, and give "
                + "the request Keyring.fromEnvironment()"
        case .noKeyringToOpen(let id):
            "is sealed with the key \"\(id)\", and there is no keyring here  →  set MILLRACE_KEYS or MILLRACE_KEY_FILE "
                + "for this worker, and give its PluginRegistry the keyring"
        case .unknownKey(let id, let known):
            "is sealed with the key \"\(id)\", which is not among those here (\(known.joined(separator: ", ")))  →  "
                + "add it to MILLRACE_KEYS or MILLRACE_KEY_FILE, behind the current one"
        case .tampered:
            "does not open: it was changed, or sealed for another plugin or argument, or the key of that id is another"
                + "  →  seal the value anew and enqueue the job again"
        case .malformed:
            "has the mark of a sealed value and not its form  →  seal the value anew and enqueue the job again"
        case .noObject: "the arguments are no JSON object  →  give an object"
        case .otherPlugin(let described):
            "the request was to be sealed as one of \(described)  →  give the description of its own plugin"
        case .otherVersion(let given, let described):
            "the arguments have version \(given), and version \(described) says what is secret  →  give the "
                + "description of version \(given), or arguments of version \(described)"
        case .cipher(let reason): "the cipher refused to work: \(reason)  →  report it as a fault of Millrace"
        }
    }
}
