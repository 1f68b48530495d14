import CLibPQ
public import Foundation

/// Where and how to connect. It prints as its endpoint, so that a password cannot slip into a log.
public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// libpq's options by keyword, those given only.
    private(set) var options: [String: String]

    /// Shown in `pg_stat_activity`.
    public var applicationName: String?
    /// Time for each host of the connection string.
    public var connectTimeout: Duration = .seconds(10)
    /// Whether statements are prepared and reused; set false for PgBouncer in transaction mode.
    public var preparesStatements = true
    /// Prepared statements kept per connection; the one unused for longest goes first.
    public var preparedStatementLimit = 256
    /// Settings of the session, such as `search_path` or `statement_timeout`.
    public var sessionParameters: [String: String] = [:]

    /// Reads `postgres://…` or libpq's `host=… dbname=…`; libpq's own `PG*` variables fill the gaps.
    ///
    /// - Throws: ``ConnectionError/invalidConfiguration(reason:)``, without quoting the string.
    public init(uri: String) throws {
        self.init(options: try Configuration.parse(uri))
    }

    /// Reads `DATABASE_URL`, else libpq's own `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE` and so on.
    ///
    /// - Throws: ``ConnectionError/invalidConfiguration(reason:)`` when `DATABASE_URL` cannot be read.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let uri = environment["DATABASE_URL"] ?? ""
        var options = uri.isEmpty ? [:] : try Configuration.parse(uri)
        for option in Configuration.defaults() where options[option.keyword] == nil {
            guard let variable = option.variable, let value = environment[variable] else { continue }
            options[option.keyword] = value
        }
        self.init(options: options)
    }

    private init(options: [String: String]) {
        self.options = options
        applicationName = options["application_name"]
    }

    /// The same server, account and settings, another database.
    public func connecting(to database: String) -> Configuration {
        var other = self
        other.options["dbname"] = database
        return other
    }

    /// `host:port/database` or `socket folder/database`, several hosts separated by commas; never the password.
    public var endpointDescription: String {
        let defaults = Configuration.defaults()
        func value(_ keyword: String) -> String? {
            let given = options[keyword] ?? defaults.first { $0.keyword == keyword }?.value
            return given?.isEmpty == false ? given : nil
        }
        let hosts = Configuration.list(value("host") ?? value("hostaddr") ?? "localhost")
        let ports = Configuration.list(value("port") ?? "5432")
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : "5432"
            return host.hasPrefix("/") ? host : "\(host):\(port.isEmpty ? "5432" : port)"
        }
        let database = value("dbname") ?? value("user") ?? "?"
        return "\(places.joined(separator: ","))/\(database)"
    }

    /// ``endpointDescription``.
    public var description: String { endpointDescription }
    /// ``endpointDescription``.
    public var debugDescription: String { endpointDescription }
    /// ``endpointDescription`` alone, since a dump would show the password.
    public var customMirror: Mirror { Mirror(self, children: ["endpoint": endpointDescription]) }

    /// Everything libpq is told, for the hosts given.
    func connectionOptions(hosts: HostList?) -> [String: String] {
        var all = options
        if let hosts { all.merge(hosts.options) { $1 } }
        all["application_name"] = applicationName ?? "millrace"
        all["client_encoding"] = "UTF8"
        // A peer that vanished without a word is noticed after about 90 s, not after the kernel's two hours.
        for (keyword, value) in ["keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "3"]
        where all[keyword] == nil {
            all[keyword] = value
        }
        if !sessionParameters.isEmpty {
            let settings = sessionParameters.sorted { $0.key < $1.key }.map { name, value in
                "-c \(name)=\(Configuration.escapeSetting(value))"
            }
            all["options"] = ([all["options"] ?? ""] + settings).joined(separator: " ")
        }
        return all
    }

    /// Takes the password out of a text, as it is and percent-encoded.
    func scrub(_ text: String) -> String {
        let passwords = [
            options["password"], options["sslpassword"], ProcessInfo.processInfo.environment["PGPASSWORD"],
        ]
        return passwords.compactMap { $0 }.filter { !$0.isEmpty }.reduce(text) { text, password in
            let encoded = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? password
            return text.replacingOccurrences(of: password, with: "***").replacingOccurrences(of: encoded, with: "***")
        }
    }

    /// Elements of a comma-separated list, empty ones included.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Blanks and backslashes of a setting, escaped for the `options` keyword (manual, 34.1.2).
    private static func escapeSetting(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == "\\" || character.isWhitespace { text.append("\\") }
            text.append(character)
        }
    }

    private static func parse(_ uri: String) throws -> [String: String] {
        guard !uri.utf8.contains(0) else {
            throw ConnectionError.invalidConfiguration(reason: "it holds a zero byte")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(uri, &message) else {
            defer { PQfreemem(message) }
            // What libpq quotes may be a piece of the password, so only the words around it are shown.
            let words = message.map { String(cString: $0) } ?? "out of memory"
            throw ConnectionError.invalidConfiguration(
                reason: Statement.excerpt(words.replacing(/"[^"\n]*"/, with: "\"…\"")))
        }
        defer { PQconninfoFree(parsed) }
        return options(at: parsed).reduce(into: [:]) { options, option in options[option.keyword] = option.value }
    }

    private struct Option {
        let keyword: String
        let variable: String?
        let value: String?
    }

    /// What libpq fills gaps with: the `PG*` variables, the service file and its own constants.
    private static func defaults() -> [Option] {
        guard let defaults = PQconndefaults() else { return [] }
        defer { PQconninfoFree(defaults) }
        return options(at: defaults)
    }

    private static func options(at first: UnsafeMutablePointer<PQconninfoOption>) -> [Option] {
        var options: [Option] = []
        var next = first
        while let keyword = next.pointee.keyword {
            options.append(
                Option(
                    keyword: String(cString: keyword), variable: next.pointee.envvar.map { String(cString: $0) },
                    value: next.pointee.val.map { String(cString: $0) }))
            next += 1
        }
        return options
    }
}
