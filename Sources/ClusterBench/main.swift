import BenchSupport
import Foundation

// What ops/bench/cluster measures with: one command, one line of JSON.
let usage = """
    ClusterBench COMMAND --points FILE [--columns N] [--option value …]

      kmeans  [--clusters N --start automatic|plusPlus|parallel --iterations N --seed N --threads N]
      ward
    """

do {
    let options = try Options(CommandLine.arguments)
    switch options.command {
    case "kmeans": try timeKMeans(options)
    case "ward": try timeWard(options)
    default:
        print(usage)
        exit(options.command == "help" ? 0 : 2)
    }
} catch {
    FileHandle.standardError.write(Data("ClusterBench: \(error)\n".utf8))
    exit(1)
}
