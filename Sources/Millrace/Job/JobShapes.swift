/// What plain jobs of one call are without their arguments, each shape once: what `millrace.enqueue_mixed` takes.
struct JobShapes: Equatable {
    /// As ``JobRequest/head()`` writes them.
    private(set) var texts: [String] = []
    /// The place of each request's shape, from 1.
    private(set) var kinds: [Int32] = []

    /// All that a plain request has besides its arguments.
    private struct Shape: Hashable {
        let plugin: String
        let queue: String?
        let priority: Int
        let argumentsVersion: Int?
        let maxAttempts: Int?
        let timeout: Duration?
        let backoff: Backoff?

        init(_ request: JobRequest) {
            plugin = request.plugin
            queue = request.queue
            priority = request.priority
            argumentsVersion = request.argumentsVersion
            maxAttempts = request.maxAttempts
            timeout = request.timeout
            backoff = request.backoff
        }
    }

    /// Nil when a request has more than a plain one, and would need `millrace.enqueue_many`.
    init?(of requests: [JobRequest]) throws {
        var known: [Shape: Int32] = [:]
        kinds.reserveCapacity(requests.count)
        for request in requests {
            guard request.isPlain else { return nil }
            let shape = Shape(request)
            if let kind = known[shape] {
                kinds.append(kind)
            } else {
                texts.append(try request.head())
                kinds.append(Int32(texts.count))
                known[shape] = Int32(texts.count)
            }
        }
    }
}
