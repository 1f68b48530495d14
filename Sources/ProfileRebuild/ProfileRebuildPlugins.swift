public import Millrace

/// Profiles of customers and their segments, as jobs.
///
/// ```
/// profile-rebuild ─▶ shard × shards ─▶ finish
///   plans             records of        models, segments,
///                     its customers     the switch
/// ```
/// With few events the planner does all of it alone. A customer's record depends on nothing but the own events as one
/// snapshot sees them, and what concerns all customers is fitted to the records in the order of the customers, so a build
/// is the same bytes for any number of shards and workers.
public enum ProfileRebuildPlugins {
    /// Registers `profile-rebuild` and the jobs it is made of.
    ///
    /// - Throws: when another plugin has one of the names already.
    public static func register(in registry: inout PluginRegistry) throws(PluginRegistrationError) {
        try registry.register(PlanProfiles())
        try registry.register(ReadShard())
        try registry.register(FinishProfiles())
    }
}
