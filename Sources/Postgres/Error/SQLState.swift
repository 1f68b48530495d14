/// The five-character code that says what kind of error the server met (PostgreSQL manual, appendix A).
public struct SQLState: Sendable, Hashable, CustomStringConvertible {
    /// The code.
    public let code: String

    /// Wraps a code.
    public init(_ code: String) {
        self.code = code
    }

    /// The code.
    public var description: String { code }

    /// The first two characters: the class of the error.
    public var classCode: String { String(code.prefix(2)) }

    /// 0A000, also raised when a cached plan no longer fits
    public static let featureNotSupported = SQLState("0A000")
    /// 22P02
    public static let invalidTextRepresentation = SQLState("22P02")
    /// 23502
    public static let notNullViolation = SQLState("23502")
    /// 23503
    public static let foreignKeyViolation = SQLState("23503")
    /// 23505
    public static let uniqueViolation = SQLState("23505")
    /// 23514
    public static let checkViolation = SQLState("23514")
    /// 23P01
    public static let exclusionViolation = SQLState("23P01")
    /// 25006
    public static let readOnlyTransaction = SQLState("25006")
    /// 25P02: a statement in this transaction has failed before
    public static let inFailedTransaction = SQLState("25P02")
    /// Not a server's code: the statement did not run because an earlier one of its pipeline failed.
    public static let pipelineAborted = SQLState("25PIP")
    /// 26000: no such prepared statement
    public static let invalidStatementName = SQLState("26000")
    /// 28000
    public static let invalidAuthorization = SQLState("28000")
    /// 28P01
    public static let invalidPassword = SQLState("28P01")
    /// 3D000: no such database
    public static let invalidCatalogName = SQLState("3D000")
    /// 3F000: no such schema
    public static let invalidSchemaName = SQLState("3F000")
    /// 40001
    public static let serializationFailure = SQLState("40001")
    /// 40P01
    public static let deadlockDetected = SQLState("40P01")
    /// 42501
    public static let insufficientPrivilege = SQLState("42501")
    /// 42601
    public static let syntaxError = SQLState("42601")
    /// 42703
    public static let undefinedColumn = SQLState("42703")
    /// 42704
    public static let undefinedObject = SQLState("42704")
    /// 42883
    public static let undefinedFunction = SQLState("42883")
    /// 42P01
    public static let undefinedTable = SQLState("42P01")
    /// 42P04
    public static let duplicateDatabase = SQLState("42P04")
    /// 42P07
    public static let duplicateTable = SQLState("42P07")
    /// 42710
    public static let duplicateObject = SQLState("42710")
    /// 53300
    public static let tooManyConnections = SQLState("53300")
    /// 55P03
    public static let lockNotAvailable = SQLState("55P03")
    /// 57014: cancelled on request, or by `statement_timeout`
    public static let queryCanceled = SQLState("57014")
    /// 57P01: `pg_terminate_backend` or a shutdown
    public static let adminShutdown = SQLState("57P01")
    /// 57P02
    public static let crashShutdown = SQLState("57P02")
    /// 57P03: starting up or shutting down
    public static let cannotConnectNow = SQLState("57P03")
    /// P0001: `RAISE EXCEPTION` without a code of its own
    public static let raiseException = SQLState("P0001")
}
