import BenchSupport
import Foundation

// What ops/bench/recommend measures with: one command, one line of JSON for each figure.
let usage = """
    RecommendBench COMMAND [--option value …]

      generate  --out FOLDER [--users N --items N --interactions N --seed N]   the synthetic set as raw arrays
      events    [--users N --items N --interactions N --seed N]                the same as lines for COPY into shop.event
      als       --data FOLDER [--factors N --solver cg|cholesky|subspace --iterations N --threads N --out FOLDER]
      top       --data FOLDER --model FOLDER [--count N --threads N]
      new       --train FILE --test FILE --contents FILE [--share N --factors N --threads N]
      quality   --train FILE --test FILE --models "NAME:setting=number,… NAME+NAME …" [--threads N]
    """

do {
    let options = try Options(CommandLine.arguments)
    switch options.command {
    case "generate": try generate(options)
    case "events": try writeEvents(options)
    case "als": try timeALS(options)
    case "top": try timeTopItems(options)
    case "new": try measureNewItems(options)
    case "quality": try measureQuality(options)
    default:
        print(usage)
        exit(options.command == "help" ? 0 : 2)
    }
} catch {
    FileHandle.standardError.write(Data("RecommendBench: \(error)\n".utf8))
    exit(1)
}
