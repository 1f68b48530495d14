import Analytics
import BenchSupport

/// Seconds of a start and of Lloyd's iterations from it.
func timeKMeans(_ options: Options) throws {
    let points = try readPoints(options)
    let threads = try options.integer("threads", or: 2)
    guard let start = KMeansOptions.Start(rawValue: options.text("start", or: "automatic")) else {
        throw Options.Wrong(description: "--start is automatic, plusPlus or parallel")
    }
    let iterations = try options.integer("iterations", or: 20)
    let settings = KMeansOptions(
        clusters: try options.integer("clusters", or: 200), restarts: 1, maximumIterations: iterations, tolerance: 0,
        seed: UInt64(try options.integer("seed", or: 1)), start: start)
    let idle = processorSeconds()
    let (centroids, startSeconds) = try seconds { try kMeansStart(points, options: settings, threads: threads) }
    let started = processorSeconds()
    let (model, iterationSeconds) = try seconds {
        try kMeans(points, startingFrom: centroids, maximumIterations: iterations, threads: threads)
    }
    try report([
        "start_seconds": startSeconds, "iteration_seconds": iterationSeconds,
        "seconds": startSeconds + iterationSeconds, "start_processor_seconds": started - idle,
        "iteration_processor_seconds": processorSeconds() - started,
        "processor_seconds": processorSeconds() - idle, "start_inertia": model.inertiaByIteration[0],
        "inertia": model.inertia, "iterations": model.inertiaByIteration.count - 1, "peak_bytes": peakMemory(),
    ])
}
