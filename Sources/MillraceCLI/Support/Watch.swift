import ArgumentParser
import Foundation

/// The `--watch` of listings.
struct WatchOption: ParsableArguments {
    @Option(
        defaultAsFlag: 2, parsing: .next,
        help: "Look again every so many seconds until Ctrl-C; a terminal is redrawn, elsewhere each listing is printed."
    )
    var watch: Double?

    func validate() throws {
        if let watch, watch < 0.1 || !watch.isFinite {
            throw ValidationError("--watch takes a number of seconds from 0.1 on")
        }
    }

    /// Reads and shows once, or again and again.
    func show<Seen>(_ read: () async throws -> Seen, as show: (Seen) -> Void) async throws {
        guard let watch else {
            show(try await read())
            return
        }
        while true {
            let seen = try await read()
            if Terminal.isInteractive { Terminal.write("\u{1B}[H\u{1B}[2J") }
            show(seen)
            fflush(nil)
            try await Task.sleep(for: .seconds(watch))
        }
    }
}
