import Analytics
import BenchSupport
import Foundation

/// Writes the synthetic set.
func generate(_ options: Options) throws {
    let set = SyntheticInteractions(
        users: try options.integer("users", or: 200_000), items: try options.integer("items", or: 50_000),
        interactions: try options.integer("interactions", or: 20_000_000),
        seed: UInt64(try options.integer("seed", or: 1)))
    let (matrix, elapsed) = try seconds { try set.matrix(threads: try options.integer("threads", or: 2)) }
    try matrix.write(to: try options.text("out"))
    try report(["interactions": matrix.count, "seconds": elapsed])
}

/// Seconds per iteration of implicit ALS, with the objective that the Python package `implicit` has.
func timeALS(_ options: Options) throws {
    let threads = try options.integer("threads", or: 2)
    let rank = try options.integer("factors", or: 64)
    let solver: RowSolver =
        switch options.text("solver", or: "cg") {
        case "cg": .conjugateGradient(steps: 3)
        case "subspace": .subspace(size: 64)
        default: .cholesky
        }
    let objective = ImplicitObjective(
        regularization: 0.01, frequencyExponent: 0, unobservedWeight: 1, confidence: .proportional(alpha: 1))
    let matrix = try InteractionBlock(folder: try options.text("data"))
    let alsOptions = ALSOptions(
        rank: rank, iterations: try options.integer("iterations", or: 3), seed: 1, solver: solver)
    let clock = ContinuousClock()
    var last = clock.now
    var lastProcessor = processorSeconds()
    var hasBegun = false
    let model = try trainImplicitALS(matrix, options: alsOptions, objective: objective, threads: threads) { number, _ in
        let elapsed = (clock.now - last).components
        let processor = processorSeconds()
        try report([
            "iteration": number, "seconds": Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18,
            "processor_seconds": processor - lastProcessor,
        ])
        last = clock.now
        lastProcessor = processor
        return true
    } check: { half in
        // The first iteration begins after the matrix was transposed.
        if half == 0, !hasBegun {
            hasBegun = true
            last = clock.now
            lastProcessor = processorSeconds()
        }
    }
    try report(["peak_bytes": peakMemory()])
    if let out = try? options.text("out") {
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        try RawArrays.write(model.users.values, to: "\(out)/users.f32")
        try RawArrays.write(model.items.values, to: "\(out)/items.f32")
        try RawArrays.write([Int64(rank)], to: "\(out)/rank.i64")
    }
}

/// Users per second of top-N with the liked items filtered.
func timeTopItems(_ options: Options) throws {
    let folder = try options.text("model")
    let rank = Int(try RawArrays.read("\(folder)/rank.i64", as: Int64.self)[0])
    let users = try FactorMatrix(values: RawArrays.read("\(folder)/users.f32", as: Float.self), rank: rank)
    let items = try FactorMatrix(values: RawArrays.read("\(folder)/items.f32", as: Float.self), rank: rank)
    let matrix = try InteractionBlock(folder: try options.text("data"))
    let before = processorSeconds()
    let (lists, elapsed) = try seconds {
        try topItems(
            users: users, items: items, count: try options.integer("count", or: 20), excluding: matrix,
            threads: try options.integer("threads", or: 2))
    }
    try report([
        "users": lists.rows, "seconds": elapsed, "users_per_second": Double(lists.rows) / elapsed,
        "processor_seconds": processorSeconds() - before, "peak_bytes": peakMemory(),
        "first_list": lists.items(ofRow: 0).map(Int.init),
    ])
}
