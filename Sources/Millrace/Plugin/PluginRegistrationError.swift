/// A plugin that cannot be registered.
public struct PluginRegistrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Sendable, Hashable {
        /// The name does not have the form of one.
        case badName
        /// The name belongs to the scheduler itself.
        case reservedName
        /// Another plugin has the name.
        case nameTaken(by: String)
        /// The declaration contradicts itself.
        case mistakes([String])
    }

    /// The name of the plugin.
    public let plugin: String
    /// Its Swift type.
    public let type: String
    /// What is wrong.
    public let problem: Problem

    /// What happened, and the way out.
    public var description: String {
        switch problem {
        case .badName:
            "plugin \"\(plugin)\" (\(type)): the name is not well formed  →  \(nameAdvice), such as \"als-training.solve\""
        case .reservedName:
            "plugin \"\(plugin)\" (\(type)): names that begin with \"millrace.\" belong to the scheduler  →  rename it"
        case .nameTaken(let other):
            "plugin \"\(plugin)\" (\(type)): \(other) has the same name  →  rename one, or register it once"
        case .mistakes(let mistakes):
            "plugin \"\(plugin)\" (\(type)): \(mistakes.joined(separator: "; "))  →  correct its declaration"
        }
    }
}
