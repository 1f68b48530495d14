import Analytics
import BenchSupport

/// Seconds of Ward's clustering.
func timeWard(_ options: Options) throws {
    let points = try readPoints(options)
    let idle = processorSeconds()
    let (tree, elapsed) = try seconds { try wardLinkage(points) }
    try report([
        "seconds": elapsed, "processor_seconds": processorSeconds() - idle,
        "height_sum": tree.merges.reduce(0) { $0 + $1.height }, "greatest_height": tree.merges.last?.height ?? 0,
        "peak_bytes": peakMemory(),
    ])
}
