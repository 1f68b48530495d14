/// Why a database cannot be used or migrated.
public enum MigrationError: Error, CustomStringConvertible {
    /// The server is older than the oldest supported one.
    case serverTooOld(version: Int)
    /// The database was migrated by a newer program.
    case databaseTooNew(component: String, found: Int, known: Int)
    /// An applied migration differs from the file of that number.
    case changedAfterwards(component: String, file: String)
    /// Nothing, or not everything, was migrated.
    case notMigrated(database: String)
    /// The account may not do what is needed.
    case missingRights(account: String, problem: String)

    /// What is wrong, and the way out.
    public var description: String {
        switch self {
        case .serverTooOld(let version):
            "the server is PostgreSQL \(version / 10000); Millrace needs 14 or newer  →  upgrade the server, or point "
                + "DATABASE_URL at another one"
        case .databaseTooNew(let component, let found, let known):
            "the database has version \(found) of schema \(component), and this program knows \(known)  →  use the newer "
                + "program that migrated it"
        case .changedAfterwards(let component, let file):
            "migration \(file) of schema \(component) differs from the one that was applied  →  restore the file and put "
                + "the change into a new migration"
        case .notMigrated(let database):
            "\(database) is not migrated to this version  →  run: millrace migrate"
        case .missingRights(let account, let problem):
            "account \(account) may not migrate this database: \(problem)  →  run `millrace migrate` as a superuser the "
                + "first time; later times it is enough to grant the account millrace_owner"
        }
    }
}
