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

    /// The version of the shape of its arguments. A worker runs jobs of this version and older ones.
    static var version: Int { get }

    /// One line for `millrace plugin list`.
    static var summary: String { get }

    /// The shape of the arguments, their defaults and meanings.
    static var arguments: ArgumentSchema { get }

    /// What a job gets that says nothing else.
    static var defaults: JobDefaults { get }

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

    /// Queue `default`, five attempts, no timeout.
    public static var defaults: JobDefaults { JobDefaults() }
}
