import Testing

@testable import Postgres

@Suite("Failures to connect")
struct ConnectFailureTests {
    @Test(
        "another attempt is worth while when the server is not there yet or is full, in any language",
        arguments: [
            (
                "connection to server at \"h\" (10.0.0.1), port 5432 failed: Connection refused\n\tIs the server running?",
                true
            ),
            ("connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such file or directory", true),
            (
                "connection to server at \"h\", port 5432 failed: FATAL:  57P03: the database system is starting up\nLOCATION:  f, postmaster.c:1",
                true
            ),
            ("connection to server at \"h\", port 5432 failed: FATAL:  57P03: das Datenbanksystem startet", true),
            ("connection to server at \"h\", port 5432 failed: 致命错误:  53300: 对不起, 已经有太多的客户", true),
            ("connection to server at \"h\", port 5432 failed: server closed the connection unexpectedly", true),
            ("could not translate host name \"h\" to address: Temporary failure in name resolution", true),
            (
                "connection to server at \"h\", port 5432 failed: FATAL:  28P01: password authentication failed for user \"u\"",
                false
            ),
            (
                "connection to server at \"h\", port 5432 failed: FATAL:  3D000: database \"57P03\" does not exist",
                false
            ),
            ("connection to server at \"h\", port 5432 failed: fe_sendauth: no password supplied", false),
            ("could not translate host name \"h\" to address: Name or service not known", false),
            (
                "connection to server at \"h\", port 5432 failed: server does not support SSL, but SSL was required",
                false
            ),
        ])
    func transience(message: String, isTransient: Bool) {
        let failure = ConnectFailure(endpoint: "h:5432/d", libpq: message)
        #expect(failure.isTransient == isTransient)
        #expect(!failure.reason.contains("LOCATION") && failure.error.description.contains("→"))
    }

    @Test("of several hosts those after the silent one are left, with their ports")
    func hosts() throws {
        let hosts = try #require(HostList(["host": "a,b,c", "port": "1,2,3", "user": "u"]))
        #expect(hosts.count == 3)
        let rest = try #require(hosts.after(host: "a", address: "", port: "1"))
        #expect(rest.options == ["host": "b,c", "port": "2,3"])
        #expect(rest.after(host: "c", address: "", port: "3") == nil)
        let shared = try #require(HostList(["host": "a,a", "hostaddr": "10.0.0.1,10.0.0.2", "port": "5433"]))
        #expect(shared.after(host: "x", address: "10.0.0.1", port: "5433")?.options["hostaddr"] == "10.0.0.2")
        #expect(HostList(["host": "a", "port": "1"]) == nil)
    }
}
