import Analytics
import BenchSupport

/// A model with its settings as the command line writes it: `ials:f=256,reg=0.003,nu=1,a0=0.1,it=16`.
struct ModelSpec {
    let text: String
    let name: String
    private var settings: [String: Double] = [:]

    init(_ text: String) throws {
        self.text = text
        let parts = text.split(separator: ":", maxSplits: 1)
        name = String(parts.first ?? "")
        for setting in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
            let pair = setting.split(separator: "=")
            guard pair.count == 2, let value = Double(pair[1]) else {
                throw Options.Wrong(description: "\(setting) is not name=number")
            }
            settings[String(pair[0])] = value
        }
    }

    private func number(_ name: String, _ other: Double) -> Double { settings[name] ?? other }

    private func whole(_ name: String, _ other: Int) -> Int { settings[name].map { Int($0) } ?? other }

    /// Trains the model; with `group=1`, `2` or `3` on invoices, days or weeks in place of users, where it is one of items.
    func train(_ data: InteractionBlock, times: InteractionTimes, threads: Int) throws -> any ItemScorer {
        guard let number = settings["group"] else { return try train(data, threads: threads) }
        guard ["ease", "cosine", "bm25", "graph"].contains(name), number == number.rounded(),
            let grouping = InteractionTimes.Grouping(rawValue: Int(number))
        else { throw Options.Wrong(description: "\(text): group takes 1, 2 or 3, and a model of items") }
        return try train(try times.grouped(data, by: grouping), threads: threads)
    }

    private func train(_ data: InteractionBlock, threads: Int) throws -> any ItemScorer {
        switch name {
        case "popular": return PopularItems(data)
        case "ials":
            let alpha = number("alpha", 0)
            let objective = ImplicitObjective(
                regularization: number("reg", 0.003), frequencyExponent: number("nu", 1),
                unobservedWeight: number("a0", 0.1), confidence: alpha > 0 ? .logarithmic(alpha: alpha) : .uniform)
            let solver: RowSolver =
                whole("sub", 0) > 0
                ? .subspace(size: whole("sub", 0))
                : (whole("cg", 0) > 0 ? .conjugateGradient(steps: whole("cg", 0)) : .cholesky)
            let options = ALSOptions(
                rank: whole("f", 64), iterations: whole("it", 16), seed: UInt64(whole("seed", 1)), solver: solver,
                precision: whole("half", 0) > 0 ? .float16 : .float32)
            return try trainImplicitALS(data, options: options, objective: objective, threads: threads)
        case "bpr":
            return try trainBPR(
                data,
                options: BPROptions(
                    rank: whole("f", 64), epochs: whole("it", 100), rate: number("rate", 0.05),
                    regularization: number("reg", 0.01), popularityExponent: number("pop", 0),
                    candidates: whole("of", 1), initialScale: number("scale", 0.1)))
        case "ease": return try EASE(data, regularization: number("reg", 300), threads: threads)
        case "cosine", "bm25", "graph":
            return try ItemNeighbours(
                data, weighting: weighting, neighbours: whole("k", 500), usesValues: whole("values", 0) > 0,
                threads: threads)
        case "users":
            return try UserNeighbours(
                data, weighting: .cosine(shrinkage: number("shrink", 0), powerOfUsers: number("p", 0)),
                neighbours: whole("k", 100), threads: threads)
        default: throw Options.Wrong(description: "\(name) is no model")
        }
    }

    private var weighting: NeighbourWeighting {
        switch name {
        case "bm25": .bm25(k1: number("k1", 1.2), b: number("b", 0.75))
        case "graph": .normalizedAdjacency
        default: .cosine(shrinkage: number("shrink", 0), powerOfUsers: number("p", 0))
        }
    }
}
