import Postgres

/// What plain jobs of one call are without their arguments, each shape once: what `millrace.enqueue_mixed` takes.
struct JobShapes {
    /// As ``JobRequest/head()`` writes them.
    private(set) var texts: [String] = []
    /// The place of each request's shape, from 1.
    private(set) var kinds: [Int32] = []

    /// Nil when a request has more than a plain one, and would need `millrace.enqueue_many`.
    init?(of requests: [JobRequest]) throws {
        var known: [JobRequest: Int32] = [:]
        kinds.reserveCapacity(requests.count)
        for request in requests {
            guard request.isPlain else { return nil }
            var shape = request
            shape.arguments = JSONText("{}")
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
