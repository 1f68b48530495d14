import ALSTraining
import CampaignDispatch
import ContentBatch
import Millrace
import ProfileRebuild

/// The one place where the plugins of this program are registered.
enum Plugins {
    static func registry() throws -> PluginRegistry {
        var registry = PluginRegistry(keyring: try Keyring.fromEnvironment())
        try ProfileRebuildPlugins.register(in: &registry)
        try ALSTrainingPlugins.register(in: &registry)
        try ContentBatchPlugins.register(in: &registry)
        try CampaignDispatchPlugins.register(in: &registry)
        return registry
    }
}
