import Millrace
import Postgres

/// Enqueues jobs that do nothing.
struct Sender {
    let pool: Pool
    var priority = 0
    var delay: Duration?
    var queues = 1
    var tenants = 1

    /// - Parameter connections: one for the jobs, and one for rings that do not go with jobs.
    init(connections: Int = 2) throws {
        pool = Pool(try Configuration(), maximumConnections: connections, logger: QueueBench.quiet)
    }

    func close() async {
        await pool.close()
    }

    /// Opens the connection and lets enqueue know the plugin, as a worker would have done.
    func open() async throws {
        try await pool.publish(try Nothing.registry().descriptions)
    }

    /// Enqueues jobs with one call.
    func send(_ requests: [JobRequest]) async throws {
        _ = try await pool.enqueue(requests)
    }

    /// `count` jobs, numbered from `first`.
    func requests(from first: Int, count: Int, sent: Int64 = 0) throws -> [JobRequest] {
        try (first..<first + count).map { try request($0, sent: sent) }
    }

    /// Enqueues one job with a call for one, and wakes idle workers if there is a doorbell.
    func sendOne(_ number: Int, sent: Int64 = 0, doorbell: Doorbell?) async throws {
        let request = try request(number, sent: sent)
        if let doorbell {
            try await doorbell.enqueue(request)
        } else {
            try await pool.enqueue(request)
        }
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
