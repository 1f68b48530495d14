import Millrace
import Postgres

/// Enqueues jobs that do nothing over one connection.
struct Sender {
    let pool: Pool
    /// For rings, which go beside the jobs.
    let bellPool: Pool
    var priority = 0
    var delay: Duration?
    var queues = 1
    var tenants = 1

    init() throws {
        pool = Pool(try Configuration(), maximumConnections: 1, logger: QueueBench.quiet)
        bellPool = Pool(try Configuration(), maximumConnections: 1, logger: QueueBench.quiet)
    }

    func close() async {
        await pool.close()
        await bellPool.close()
    }

    /// Opens the connection and lets enqueue know the plugin, as a worker would have done.
    func open() async throws {
        try await pool.publish(try Nothing.registry().descriptions)
    }

    /// Enqueues `count` jobs with one call, numbered from `first`.
    func send(from first: Int, count: Int, sent: Int64 = 0) async throws {
        try await send(try requests(from: first, count: count, sent: sent))
    }

    func send(_ requests: [JobRequest]) async throws {
        _ = try await pool.enqueue(requests)
    }

    func requests(from first: Int, count: Int, sent: Int64 = 0) throws -> [JobRequest] {
        try (first..<first + count).map { try request($0, sent: sent) }
    }

    /// Enqueues one job with a call for one.
    func sendOne(_ number: Int, sent: Int64 = 0) async throws {
        try await pool.enqueue(try request(number, sent: sent))
    }

    private func request(_ number: Int, sent: Int64) throws -> JobRequest {
        var request = try JobRequest(Nothing.self, .init(n: number, sent: sent, tenant: "t\(number % tenants)"))
        request.priority = priority
        request.delay = delay
        if queues > 1 { request.queue = "bench-\(number % queues)" }
        return request
    }
}

/// How fast something was done.
struct Rate: Encodable {
    let what: String
    let jobs: Int
    let seconds: Double
    let perSecond: Double

    init(what: String, jobs: Int, seconds: Double) {
        self.what = what
        self.jobs = jobs
        self.seconds = seconds
        perSecond = Double(jobs) / seconds
    }
}
