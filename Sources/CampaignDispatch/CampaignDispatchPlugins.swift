public import Foundation
public import Mail
public import Millrace

/// The plugin `campaign-dispatch` and its parts.
public enum CampaignDispatchPlugins {
    /// The environment variable with the URL of the SMTP server; see `SMTPConfiguration` for its form.
    public static let serverVariable = "MILLRACE_SMTP_URL"

    /// The SMTP server that the environment names: `smtp://127.0.0.1`, port 25, when it names none.
    ///
    /// A URL that cannot be read is kept as a failure and not thrown: a worker that has it still runs every other plugin,
    /// and each dispatch says what is wrong before it plans anything.
    public static func server(
        from environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Result<SMTPConfiguration, SMTPConfigurationError> {
        let url = environment[serverVariable] ?? ""
        do throws(SMTPConfigurationError) {
            let configuration = try SMTPConfiguration(
                url: url.isEmpty ? "smtp://127.0.0.1" : url, environment: environment)
            return .success(configuration)
        } catch {
            return .failure(error)
        }
    }

    /// Adds the plugins to a registry.
    ///
    /// - Parameter smtp: the server that mail is handed to.
    /// - Throws: `PluginRegistrationError` when a name is taken.
    public static func register(
        in registry: inout PluginRegistry, smtp: Result<SMTPConfiguration, SMTPConfigurationError> = server()
    ) throws(PluginRegistrationError) {
        try registry.register(PlanDispatch(smtp: smtp))
        try registry.register(SendMail(smtp: smtp))
        try registry.register(CountDispatch())
    }
}

extension Result<SMTPConfiguration, SMTPConfigurationError> {
    /// The server, or the end of the job that needs it.
    func forJob() throws -> SMTPConfiguration {
        switch self {
        case .success(let configuration): configuration
        case .failure(let error): throw PermanentFailure("\(CampaignDispatchPlugins.serverVariable): \(error)")
        }
    }
}
