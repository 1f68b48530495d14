public import Millrace

/// The plugin `content-batch` and its parts.
public enum ContentBatchPlugins {
    /// Adds them to a registry.
    ///
    /// - Throws: `PluginRegistrationError` when a name is taken.
    public static func register(in registry: inout PluginRegistry) throws(PluginRegistrationError) {
        try registry.register(PlanContent())
        try registry.register(WriteContent())
        try registry.register(CountContent())
    }
}
