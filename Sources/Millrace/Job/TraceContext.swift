/// Where a job stands in a distributed trace, as W3C Trace Context writes it.
public struct TraceContext: Sendable, Hashable, Codable {
    /// The `traceparent` header: version, trace id, parent span id and flags.
    public var traceparent: String
    /// The `tracestate` header.
    public var tracestate: String?

    /// A context by its headers.
    public init(traceparent: String, tracestate: String? = nil) {
        self.traceparent = traceparent
        self.tracestate = tracestate
    }
}
