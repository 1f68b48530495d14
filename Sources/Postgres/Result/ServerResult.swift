import CLibPQ
import Glibc

/// Owns one `PGresult`.
///
/// @unchecked: a `PGresult` is not changed after it was received, and libpq documents reading it
/// from several threads as safe (manual, 34.20 "Behavior in Threaded Programs").
final class ServerResult: @unchecked Sendable {
    let pointer: OpaquePointer

    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    /// Rows touched, as the command's tag says it; 0 for commands without such a number.
    var affectedRows: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(atoll(text))
    }

    /// The command's tag, such as `ROLLBACK`.
    var commandTag: String {
        PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    }

    func columnName(_ index: Int) -> String {
        PQfname(pointer, Int32(index)).map { String(cString: $0) } ?? "?"
    }

    func columnType(_ index: Int) -> PostgresType {
        PostgresType(oid: PQftype(pointer, Int32(index)))
    }

    /// First column of that name, compared byte by byte.
    func columnIndex(_ name: String) -> Int? {
        name.withCString { wanted in
            (0..<columnCount).first { index in
                PQfname(pointer, Int32(index)).map { strcmp($0, wanted) == 0 } ?? false
            }
        }
    }

    /// One field of the error report.
    func errorField(_ code: Character) -> String? {
        guard let value = code.asciiValue, let text = PQresultErrorField(pointer, Int32(value)) else { return nil }
        return String(cString: text)
    }

    /// The error report; `nil` when the server did not send one (libpq itself found the connection broken).
    ///
    /// The field codes are libpq's `PG_DIAG_*`.
    func error(in statement: String) -> PostgresError? {
        guard let state = errorField("C") else { return nil }
        var error = PostgresError(
            SQLState(state), errorField("M") ?? "the server reported an error without a message", hint: errorField("H"),
            statement: statement)
        error.detail = errorField("D")
        error.context = errorField("W")
        error.schema = errorField("s")
        error.table = errorField("t")
        error.column = errorField("c")
        error.constraint = errorField("n")
        error.position = errorField("P").flatMap { Int($0) }
        error.routine = errorField("R")
        return error
    }
}
