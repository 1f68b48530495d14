public import Millrace

/// What this module adds to a worker.
public enum ProfileRebuildPlugins {
    /// Registers `profile-rebuild`.
    ///
    /// - Throws: when another plugin has the name already.
    public static func register(in registry: inout PluginRegistry) throws(PluginRegistrationError) {
        try registry.register(ProfileRebuildPlugin())
    }
}
