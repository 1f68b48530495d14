public import Millrace

/// Implicit-feedback ALS over the shop's purchases, as jobs.
///
/// ```
/// als-training ─▶ solve × shards ─▶ advance ─▶ solve × shards ─▶ advance ─▶ … ─▶ recommend × shards ─▶ finish
///   plans, or      items, from users   sums the    users, from items
///   does it all                        Gramian
///
/// als-tune ─▶ trial × trials ─▶ rung ─▶ trial × fewer ─▶ rung ─▶ … ─▶ als-training
/// ```
/// Rows live in blocks of a size that follows from their number alone, and a shard is a run of blocks. Every sum is
/// formed per block and added in the order of the blocks, so the factors are the same bytes for any number of shards
/// and workers, and for a training in one process. Each job reads what earlier ones committed and writes its own blocks in
/// the transaction that completes it: a job that is run again redoes itself and nothing else.
public enum ALSTrainingPlugins {
    /// Adds `als-training`, `als-tune` and the jobs they are made of.
    ///
    /// - Throws: when one of the names is taken.
    public static func register(in registry: inout PluginRegistry) throws(PluginRegistrationError) {
        try registry.register(PlanTraining())
        try registry.register(SolveShard())
        try registry.register(AdvanceTraining())
        try registry.register(RecommendItems())
        try registry.register(FinishTraining())
        try registry.register(PlanTuning())
        try registry.register(RunTrial())
        try registry.register(EndRung())
    }
}
