/// What a worker can run.
///
/// A plugin is a type with a name, arguments, and one asynchronous function. One value of it serves all its jobs, also
/// several at once, so what it holds must be `Sendable`.
///
/// ```swift
/// struct Greet: Plugin {
///     struct Arguments: Codable, Sendable { var customer: Int }
///     static let name = "greet"
///     static let summary = "Writes a greeting for a customer."
///
///     func run(_ job: JobContext<Arguments>) async throws {
///         job.log.info("greeting", metadata: ["customer": "\(job.arguments.customer)"])
///         try await job.complete { transaction in
///             try await transaction.execute("INSERT INTO greeting (customer) VALUES ($1)", job.arguments.customer)
///         }
///     }
/// }
/// ```
public protocol Plugin: Sendable {
    /// What a job says it wants. Published as a JSON Schema; see ``arguments``.
    associatedtype Arguments: Codable & Sendable

    /// The name jobs call it by: lower case, words joined by hyphens, parts by dots. Unique in a worker.
    static var name: String { get }

    /// The version of the shape of its arguments, from 1. A worker runs jobs of this version, and older ones after
    /// ``upcast(_:from:)`` has brought their arguments to it.
    static var version: Int { get }

    /// One line for `millrace plugin list`.
    static var summary: String { get }

    /// The shape of the arguments, their defaults and meanings.
    static var arguments: ArgumentSchema { get }

    /// What a job gets that says nothing else.
    static var defaults: JobDefaults { get }

    /// Brings arguments of one version to the next one: those of version 1 to version 2, and so on.
    ///
    /// Called before the arguments are checked, once for each version from the job's up to the one before
    /// ``version``. Secret arguments are open by then. What it throws ends the job and is kept with it, so let no
    /// secret stand in it.
    ///
    /// - Parameters:
    ///   - arguments: a JSON object as a job of that version has it; what was left out then is not in it.
    ///   - version: the version of `arguments`.
    /// - Returns: the arguments of version `version + 1`.
    static func upcast(_ arguments: JSONValue, from version: Int) throws -> JSONValue

    /// Does the work of one job.
    ///
    /// The job has succeeded when this returns; an error thrown is a failed attempt. To commit effects together with the
    /// completion, end by ``JobContext/complete(result:_:)``. Cancellation of the task means: stop soon and throw.
    func run(_ job: JobContext<Arguments>) async throws
}

extension Plugin {
    /// Version 1.
    public static var version: Int { 1 }

    /// No summary.
    public static var summary: String { "" }

    /// Read off the `Codable` conformance; every argument is required unless it is optional.
    public static var arguments: ArgumentSchema { ArgumentSchema(reflecting: Arguments.self) }

    /// The arguments as they are: for versions that only added what may be left out.
    public static func upcast(_ arguments: JSONValue, from version: Int) throws -> JSONValue { arguments }

    /// Queue `default`, five attempts, no timeout.
    public static var defaults: JobDefaults { JobDefaults() }
}
