/// What libpq says when no connection could be made, sorted by whether another attempt can help.
///
/// libpq gives no code here, so it is asked for verbose messages, which carry the server's SQLSTATE as
/// `FATAL:  28P01: …` in any language; failures before the server answers are libpq's own English texts.
struct ConnectFailure: Error {
    let endpoint: String
    let reason: String
    /// The server is not there yet, or is full: worth another attempt.
    let isTransient: Bool

    init(endpoint: String, reason: String, isTransient: Bool) {
        self.endpoint = endpoint
        self.reason = reason
        self.isTransient = isTransient
    }

    /// - Parameter message: `PQerrorMessage` in verbose form, the password already removed.
    init(endpoint: String, libpq message: String) {
        let lines = message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
        let states = lines.compactMap(ConnectFailure.sqlState(in:))
        let saysTryAgain = ConnectFailure.transientTexts.contains { message.contains($0) }
        self.init(
            endpoint: endpoint,
            reason: lines.map { $0.trimmingBlanks }.joined(separator: "; "),
            isTransient: saysTryAgain || states.contains { ConnectFailure.transientClasses.contains($0.classCode) })
    }

    var error: ConnectionError { .cannotConnect(endpoint: endpoint, reason: reason) }

    /// 08 connection, 53 resources (too many connections), 57 operator (starting up), 58 system.
    private static let transientClasses: Set<String> = ["08", "53", "57", "58"]

    private static let transientTexts = [
        "Connection refused", "Connection reset", "timed out", "timeout expired", "No such file or directory",
        "closed the connection unexpectedly", "unreachable", "Temporary failure in name resolution", "Broken pipe",
        "No route to host",
    ]

    /// The code in `…:  28P01: …`.
    private static func sqlState(in line: Substring) -> SQLState? {
        for part in line.split(separator: ":") where part.utf8.count == 7 && part.hasPrefix("  ") {
            let code = part.dropFirst(2)
            if code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }) { return SQLState(String(code)) }
        }
        return nil
    }

    /// Advice for the reader of the message.
    static func wayOut(_ reason: String) -> String {
        switch true {
        case reason.contains("28P01"), reason.contains("no password supplied"):
            "check user and password in DATABASE_URL or PGUSER and PGPASSWORD"
        case reason.contains("28000"): "add the user, the database and this host to the server's pg_hba.conf"
        case reason.contains("3D000"): "create the database with createdb, or correct its name in the connection string"
        case reason.contains("53300"): "make the pools smaller or max_connections larger"
        case reason.contains("57P03"): "wait until the server accepts connections"
        case reason.contains("SSL"), reason.contains("certificate"):
            "correct sslmode and sslrootcert in the connection string, or the server's certificate"
        case reason.contains("translate host name"): "correct the host's name in the connection string"
        default: "start the server, or correct host and port in the connection string"
        }
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
