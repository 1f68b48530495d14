import Foundation
import Logging
import Millrace
import Postgres
import ServiceLifecycle

/// Makes or updates the tables of Millrace and of this package.
func migrate(_ configuration: Configuration, _ logger: Logger) async throws {
    let connection = try await Connection.connect(configuration, logger: logger)
    let applied = try await Migrator([.greeter]).migrate(connection, logger: logger)
    await connection.close()
    print(applied.isEmpty ? "nothing to do" : applied.joined(separator: "\n"))
}

/// Runs jobs, and the coordinator's duties beside them, until SIGTERM or Ctrl-C.
func work(_ configuration: Configuration, _ logger: Logger) async throws {
    var registry = PluginRegistry()
    try registry.register(Greet())
    try registry.register(GreetEveryone())
    try registry.register(GreetBatch())
    try registry.register(CountGreetings())

    let worker = Worker(
        configuration: configuration, registry: registry,
        options: WorkerOptions(name: "greeter", slots: 4, version: "1.0"), logger: logger)
    let coordinator = Coordinator(configuration: configuration, logger: logger)
    try await ServiceGroup(
        services: [worker, coordinator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
}

/// Adds a customer and says which job greets them.
func add(_ name: String, _ configuration: Configuration, _ logger: Logger) async throws {
    let pool = Pool(configuration, logger: logger)
    let job = try await addCustomer(name, on: pool)
    await pool.close()
    print("job \(job)")
}

let logger = Logger(label: "greeter")
let arguments = CommandLine.arguments.dropFirst()
do {
    // DATABASE_URL, or PGHOST, PGPORT, PGUSER, PGDATABASE and so on.
    let configuration = try Configuration()
    switch (arguments.first, arguments.dropFirst().first) {
    case ("migrate", nil): try await migrate(configuration, logger)
    case ("worker", nil): try await work(configuration, logger)
    case ("add", let name?): try await add(name, configuration, logger)
    default:
        print("usage: greeter migrate | worker | add NAME")
        exit(2)
    }
} catch {
    FileHandle.standardError.write(Data("greeter: \(error)\n".utf8))
    exit(1)
}
