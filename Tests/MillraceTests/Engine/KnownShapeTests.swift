import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Shapes of jobs that are known", .database)
struct KnownShapeTests {
    /// All that a worker gets to see of each job, as text.
    private let described: Statement = """
        SELECT (j.lane_id, j.priority, j.args, j.max_attempts, j.timeout_ms, j.backoff_base_ms, j.backoff_cap_ms, j.tags,
            j.weight, j.traits, r.lane_id, r.pos = r.job_id, r.max_attempts, r.timeout_ms, r.args)::text
        FROM millrace.job AS j JOIN millrace.ready AS r ON r.job_id = j.id ORDER BY j.id
        """

    @Test("jobs come out the same, one at a time, in bulk and mixed, whether their shape is known or not")
    func same() async throws {
        let pool = try TestDatabase.current.pool
        let shapes: [JSONText] = [
            #"{"plugin": "scripted"}"#, #"{"plugin": "scripted", "queue": "mail", "priority": -3}"#,
            #"{"plugin": "scripted", "max_attempts": 9, "timeout_ms": 700, "backoff_base_ms": 1, "backoff_cap_ms": 2}"#,
            #"{"plugin": "scripted", "args_version": 4, "tags": ["a", "b"]}"#,
        ].map { JSONText($0) }
        let large = String(repeating: "x", count: 1200)
        let arguments = JSONText(#"[{"n": 1}, {"n": "\#(large)"}, {}]"#)
        for shape in shapes {
            var seen: [[String]] = []
            for call in ["unknown", "single", "one by one", "in bulk", "in a list", "mixed", "mixed, known by text"] {
                switch call {
                case "single":
                    for argument in [#"{"n": 1}"#, #"{"n": "\#(large)"}"#, "{}"] {
                        try await pool.execute("SELECT millrace.enqueue_one($1, $2)", shape, JSONText(argument))
                    }
                case "one by one":
                    for argument in [#"[{"n": 1}]"#, #"[{"n": "\#(large)"}]"#, "[{}]"] {
                        try await pool.execute("SELECT millrace.enqueue_each($1, $2)", shape, JSONText(argument))
                    }
                case "mixed", "mixed, known by text":
                    try await pool.execute(
                        "SELECT millrace.enqueue_mixed(ARRAY[$1, $2], '{2,2,2}', $3)", #"{"plugin": "other"}"#,
                        shape.text, arguments)
                case "in a list":
                    try await pool.execute(
                        """
                        SELECT millrace.enqueue_many((SELECT jsonb_agg($1::jsonb || jsonb_build_object('args', a))
                            FROM jsonb_array_elements($2::jsonb) AS a))
                        """, shape, arguments)
                default: try await pool.execute("SELECT millrace.enqueue_each($1, $2)", shape, arguments)
                }
                #expect(try await known(shape) == 1, "after \(call)")
                seen.append(try await pool.query(described).map { try $0[0] })
                try await pool.execute("DELETE FROM millrace.job")
                try await pool.execute("DELETE FROM millrace.ready")
            }
            for rows in seen {
                #expect(rows.count == 3)
                #expect(rows == seen[0])
            }
        }
    }

    @Test("ids ascend in the order of a mixed call, and a job that is wrong is named")
    func order() async throws {
        let pool = try TestDatabase.current.pool
        let requests = (0..<300).map { JobRequest.bare(#"{"n": \#($0)}"#, queue: "q\($0 % 40)") }
        for _ in 0..<2 {
            let ids = try await pool.enqueue(requests)
            #expect(ids == ids.sorted())
            let numbers: [Int] = try await pool.query(
                "SELECT (args ->> 'n')::int8 FROM millrace.job WHERE id = ANY ($1) ORDER BY id", ids.map(\.rawValue)
            ).map { try $0[0] }
            #expect(numbers == Array(0..<300))
        }
        #expect(try await pool.query("SELECT FROM millrace.known_shape").count == 40)
        var wrong = requests
        wrong[7].arguments = JSONText("[]")
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.enqueue(wrong) }
        #expect(error?.message == "job 8 has arguments that are not a JSON object")
        // A list among objects is no object either, empty or not.
        for list in ["[]", "[{}]"] {
            let alike = [JobRequest.bare(), .bare(list)]
            let error = await #expect(throws: PostgresError.self) { _ = try await pool.enqueue(alike) }
            #expect(error?.message == "job 2 has arguments that are not a JSON object")
        }
        let alone = await #expect(throws: PostgresError.self) { _ = try await pool.enqueue(wrong[7]) }
        #expect(alone?.message == "job 1 has arguments that are not a JSON object")
        #expect(try await pool.query("SELECT FROM millrace.job").count == 600)
    }

    @Test(
        "jobs of shapes that are known by their text get what belongs to theirs, and lists that do not fit are refused")
    func mixed() async throws {
        let pool = try TestDatabase.current.pool
        let shapes = (0..<50).map {
            #"{"plugin": "scripted", "queue": "q\#($0)", "priority": \#($0 % 3), "max_attempts": \#($0 + 1)}"#
        }
        let kinds = (0..<200).map { Int32($0 * 7 % 50 + 1) }
        let arguments = JSONText("[" + kinds.map { #"{"kind": \#($0)}"# }.joined(separator: ",") + "]")
        for round in 0..<3 {
            let ids: [Int64] = try await pool.query(
                "SELECT millrace.enqueue_mixed($1, $2, $3)", shapes, kinds, arguments)[0][0]
            #expect(ids == ids.sorted() && ids.count == 200)
            let right = try await pool.query(
                """
                SELECT FROM millrace.job JOIN millrace.lane ON lane.id = job.lane_id JOIN millrace.ready ON ready.job_id = job.id
                WHERE job.id = ANY ($1) AND ready.lane_id = lane.id AND lane.queue = 'q' || ((job.args ->> 'kind')::int - 1)
                    AND job.max_attempts = (job.args ->> 'kind')::int AND ready.max_attempts = job.max_attempts
                    AND job.priority = ((job.args ->> 'kind')::int - 1) % 3 AND lane.priority = job.priority
                """, ids)
            #expect(right.count == 200, "in round \(round)")
            let named = try await pool.query("SELECT FROM millrace.known_shape WHERE text = ANY ($1)", shapes)
            #expect(named.count == 50)
        }
        for (kinds, arguments, problem) in [
            ("{1,51}", "[{}, {}]", "kinds does not name a shape for each job"),
            ("{1,0}", "[{}, {}]", "kinds does not name a shape for each job"),
            ("{1,NULL}", "[{}, {}]", "kinds does not name a shape for each job"),
            ("{1}", "[{}, {}]", "kinds does not name a shape for each job"),
            ("{1}", "{}", "args is not a JSON array"),
            ("{1,2}", "[{}, 3]", "job 2 has arguments that are not a JSON object"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await pool.execute(
                    "SELECT millrace.enqueue_mixed($1, $2::text::int[], $3)", shapes, kinds, JSONText(arguments))
            }
            #expect(error?.message == problem)
        }
        #expect(try await pool.query("SELECT millrace.enqueue_mixed('{}', '{}', '[]')")[0][0] as [Int64] == [])
        #expect(try await pool.query("SELECT FROM millrace.job").count == 600)
    }

    @Test("plain requests of several shapes are told apart, and others are not taken for plain")
    func shapes() throws {
        var keyed = JobRequest.bare()
        keyed.key = "k"
        #expect(try JobShapes(of: [.bare(), keyed]) == nil)
        let found = try #require(
            try JobShapes(of: [.bare(queue: "a"), .bare(queue: "b"), .bare(#"{"n": 1}"#, queue: "a")]))
        #expect(found.kinds == [1, 2, 1])
        #expect(try found.texts == [JobRequest.bare(queue: "a").head(), JobRequest.bare(queue: "b").head()])
    }

    @Test("new defaults of a plugin hold for the next job, and publishing the same again changes nothing")
    func published() async throws {
        let pool = try TestDatabase.current.pool
        let shape = JSONText(#"{"plugin": "scripted"}"#)
        func enqueued() async throws -> Int16 {
            let ids: [Int64] = try await pool.query("SELECT millrace.enqueue_each($1, '[{}]')", shape)[0][0]
            return try await pool.query("SELECT max_attempts FROM millrace.job WHERE id = ANY ($1)", ids)[0][0]
        }
        func publish(attempts: Int) async throws {
            let plain = PluginDescription(Scripted.self)
            let defaults = JobDefaults(maxAttempts: attempts)
            try await pool.publish([
                PluginDescription(
                    name: plain.name, version: 1, summary: "", schema: plain.schema, defaults: defaults)
            ])
        }
        #expect(try await enqueued() == 5)
        try await publish(attempts: 2)
        #expect(try await enqueued() == 2)
        try await publish(attempts: 3)
        #expect(try await enqueued() == 3)
        let before: Int64 = try await pool.query("SELECT number FROM millrace.shape_generation")[0][0]
        try await publish(attempts: 3)
        #expect(try await pool.query("SELECT number FROM millrace.shape_generation")[0][0] == before)
        #expect(try await enqueued() == 3)
    }

    @Test("a queue that drains and a smaller limit of bytes are heeded, other queues go on")
    func refused() async throws {
        let pool = try TestDatabase.current.pool
        for _ in 0..<2 { _ = try await pool.enqueue([.bare(queue: "a"), .bare(queue: "b")]) }
        try await pool.execute("SELECT millrace.drain_queue('a')")
        for requests in [[JobRequest.bare(queue: "a")], [.bare(queue: "b"), .bare(queue: "a")]] {
            let error = await #expect(throws: PostgresError.self) { _ = try await pool.enqueue(requests) }
            #expect(error?.message.contains("it takes no new jobs") == true)
        }
        for _ in 0..<2 { _ = try await pool.enqueue(.bare(queue: "b")) }
        #expect(try await known(JSONText(try JobRequest.bare(queue: "b").head())) == 1, "although another one drains")
        try await pool.execute("SELECT millrace.resume_queue('a')")
        _ = try await pool.enqueue(.bare(queue: "a"))

        let large = JobRequest.bare(#"{"text": "\#(String(repeating: "x", count: 500))"}"#, queue: "a")
        for _ in 0..<2 { _ = try await pool.enqueue(large) }
        try await pool.execute("UPDATE millrace.setting SET value = '400' WHERE name = 'max_args_bytes'")
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) { _ = try await pool.enqueue(large) }
            #expect(error?.message.contains("and 400 are allowed") == true)
            _ = try await pool.enqueue(.bare(queue: "a"))
        }
    }

    @Test("a limit by key counts the jobs that come after it, and waits for transactions that enqueued before")
    func limited() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        for _ in 0..<2 { _ = try await pool.enqueue(.ofTenant("a")) }
        let other = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await other.transaction { transaction in
            _ = try await transaction.enqueue(.ofTenant("a"))
            let error = await #expect(throws: PostgresError.self) {
                try await pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
            }
            #expect(error?.sqlState == .lockNotAvailable)
        }
        try await pool.setLimit(Limit("tenant", .concurrency(1), by: "tenant"))
        _ = try await pool.enqueue((0..<3).map { _ in .ofTenant("a") })
        _ = try await pool.enqueue(.ofTenant("b"))
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.claim(10).count == 2, "one of each tenant")
        await other.close()
    }

    @Test("jobs of queues that no limit by key holds for stay quick beside one")
    func besideLimit() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.setLimit(Limit("tenant", .concurrency(1), queue: "held", by: "tenant"))
        _ = try await pool.enqueue(.bare(queue: "held"))
        _ = try await pool.enqueue(.bare(queue: "free"))
        #expect(try await known(JSONText(try JobRequest.bare(queue: "held").head())) == 0)
        #expect(try await known(JSONText(try JobRequest.bare(queue: "free").head())) == 1)
    }

    @Test("nobody waits for a transaction that met a shape first and stays open")
    func openTransaction() async throws {
        let database = try TestDatabase.current
        // The lane is there, since whoever makes it does hold up others.
        _ = try await database.pool.enqueue(.bare())
        try await database.pool.execute("UPDATE millrace.setting SET value = '99999' WHERE name = 'max_args_bytes'")
        let other = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await other.transaction { transaction in
            _ = try await transaction.enqueue(.bare())
            try await database.pool.transaction { mine in
                try await mine.execute("SET LOCAL lock_timeout = '1s'")
                for _ in 0..<2 { _ = try await mine.enqueue(.bare()) }
            }
        }
        for _ in 0..<2 { _ = try await database.pool.enqueue([.bare(), .bare(queue: "default"), .bare()]) }
        #expect(try await database.pool.query("SELECT FROM millrace.job").count == 10)
        await other.close()
    }

    @Test("a plugin with secret arguments is looked at each time")
    func secret() async throws {
        let pool = try TestDatabase.current.pool
        _ = try await pool.enqueue(.bare())
        _ = try await pool.enqueue(.bare())
        try await pool.execute(
            """
            INSERT INTO millrace.plugin (name, version, summary, arguments, queue, max_attempts, backoff_base_ms,
                backoff_cap_ms, secrets)
            VALUES ('scripted', 1, '', '{}', 'default', 5, 5000, 600000, '{token}')
            """)
        for _ in 0..<2 {
            _ = try await pool.enqueue(.bare())
            let error = await #expect(throws: PostgresError.self) {
                _ = try await pool.enqueue(.bare(#"{"token": "clear"}"#))
            }
            #expect(error?.message.contains("is secret and came in the clear") == true)
        }
    }

    @Test("shapes of earlier generations are forgotten")
    func forgotten() async throws {
        let pool = try TestDatabase.current.pool
        _ = try await pool.enqueue([.bare(queue: "a"), .bare(queue: "b")])
        try await pool.forgetShapes()
        #expect(try await pool.query("SELECT FROM millrace.known_shape").count == 2)
        try await pool.execute("UPDATE millrace.setting SET value = '99999' WHERE name = 'max_args_bytes'")
        _ = try await pool.enqueue(.bare(queue: "a"))
        try await pool.forgetShapes()
        #expect(try await pool.query("SELECT FROM millrace.known_shape").count == 1)
    }

    @Test("a request is written the same way by hand and by an encoder")
    func heads() async throws {
        let pool = try TestDatabase.current.pool
        var plain = JobRequest(plugin: #"quo"te\back"#)
        plain.queue = "Grüße\n\t中文\u{1}"
        var full = plain
        full.priority = -7
        full.argumentsVersion = 3
        full.maxAttempts = 4
        full.timeout = .milliseconds(1500)
        full.backoff = Backoff(base: .seconds(1), cap: .seconds(9))
        for request in [JobRequest(plugin: "scripted"), plain, full] {
            var other = request
            other.tags = ["encoded"]
            let same: Bool = try await pool.query(
                "SELECT $1::jsonb = $2::jsonb - 'tags'", JSONText(try request.head()), JSONText(try other.head()))[0][0]
            #expect(same)
        }
    }

    private func known(_ shape: JSONText) async throws -> Int {
        try await TestDatabase.current.pool.query(
            """
            SELECT FROM millrace.known_shape
            WHERE shape = $1 AND generation = (SELECT number FROM millrace.shape_generation)
            """, shape
        ).count
    }
}
