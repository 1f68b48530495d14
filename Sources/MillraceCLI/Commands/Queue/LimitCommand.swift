import ArgumentParser
import Millrace
import Postgres

struct LimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit", abstract: "Bound how many jobs run at once, or how many start in a time.",
        discussion: """
            Examples:
              millrace limit set mail --queue mail --concurrency 4
              millrace limit set per-tenant --by tenant --concurrency 2
              millrace limit set api --plugin call-api --rate 100/1m --burst 20
              millrace limit key per-tenant acme --max 5 --share 2
            """,
        subcommands: [List.self, Set.self, Key.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List limits, with a row for each value of their key that has jobs.")

        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "limit list") { [self] connection in
                try await watch.show {
                    try await connection.limits()
                } as: {
                    output.write($0, empty: "no limit is in force  →  millrace limit set NAME --concurrency 4")
                }
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a limit in force, or change the one of that name.",
            discussion: """
                It holds for the claims that begin from now on; jobs that run already are counted and none is stopped. A job \
                without the key of --by is not limited. The values of a key take turns unless --unfair is given.

                Examples:
                  millrace limit set mail --queue mail --concurrency 4
                  millrace limit set per-tenant --by tenant --concurrency 2
                  millrace limit set api --plugin call-api --rate 100/1m --burst 20
                """)

        @Argument(help: "Lower-case letters, digits, dots and hyphens.") var name: String
        // A number below zero is read, so that it can be told what is wrong with it.
        @Option(parsing: .unconditional, help: "So many jobs at once, each by its weight.") var concurrency: Int?
        @Option(parsing: .unconditional, help: "So many starts in a time: 100/1m.", transform: RateText.init)
        var rate: RateText?
        @Option(
            parsing: .unconditional,
            help: "With --rate: so many at once after a rest; as many as the rate when left out.")
        var burst: Int?
        @Option(help: "Only jobs of this queue.") var queue: String?
        @Option(help: "Only jobs of this plugin.") var plugin: String?
        @Option(help: "Each value of this key has the limit for itself: a key of the job, or the path of an argument.")
        var by: String?
        @Flag(help: "With --by: first come, first served, instead of values taking turns.") var unfair = false

        func validate() throws {
            guard (concurrency == nil) != (rate == nil) else {
                throw ValidationError("a limit is either --concurrency 4 or --rate 100/1m")
            }
            guard burst == nil || rate != nil else { throw ValidationError("--burst goes with --rate") }
            guard !unfair || by != nil else { throw ValidationError("--unfair goes with --by") }
        }

        func run() async throws {
            let bound: Limit.Bound =
                if let rate { .rate(rate.count, per: rate.period, burst: burst) } else {
                    .concurrency(concurrency ?? 0)
                }
            let limit = Limit(name, bound, queue: queue, plugin: plugin, by: by, isFair: !unfair)
            let sentence = try await Database.withConnection(for: "limit set") { connection in
                let sentence = try await connection.setLimit(limit)
                try await connection.ringDoorbell()
                return sentence
            }
            print(sentence)
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give one value of a limit's key figures of its own.",
            discussion: """
                Example: acme may run 5 at once, and gets two turns for each turn of the others.
                  millrace limit key per-tenant acme --max 5 --share 2
                """)

        @Argument(help: "The limit.") var name: String
        @Argument(help: "The value of its key.") var key: String
        @Option(parsing: .unconditional, help: "Its permits, or its rate; the limit's when left out.") var max: Int?
        @Option(parsing: .unconditional, help: "Turns it gets for each turn of a value with share 1.") var share = 1.0

        func run() async throws {
            try await Database.withConnection(for: "limit key") { [name, key, max, share] connection in
                try await connection.setLimit(name, key: key, maximum: max, share: share)
                try await connection.ringDoorbell()
            }
            print("\(key) has \(max.map { "\($0)" } ?? "the figures") of limit \(name), with share \(share)")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a limit out of force.")

        @Argument(help: "The limit.") var name: String

        func run() async throws {
            let wasThere = try await Database.withConnection(for: "limit remove") { [name] connection in
                let wasThere = try await connection.removeLimit(name)
                try await connection.ringDoorbell()
                return wasThere
            }
            guard wasThere else { throw NoSuchLimit(name: name) }
            print("limit \(name) is gone")
        }
    }
}

/// A number of starts and a time, as in `100/1m`.
struct RateText {
    let count: Int
    let period: Duration

    /// - Throws: `ValidationError` with what a rate looks like.
    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]) else {
            throw ValidationError("write a number of starts and a time, such as 100/1m")
        }
        guard count >= 1 else {
            throw ValidationError(
                "nothing would ever run  →  write a number from 1 on; to hold jobs back, pause their queue")
        }
        // "100/m" is what people write, too.
        period = try DurationText(parts[1].first?.isNumber == true ? String(parts[1]) : "1\(parts[1])").duration
        guard period >= .milliseconds(1) else {
            throw ValidationError("the time is too short  →  write one of a millisecond at least, such as 100/1m")
        }
        self.count = count
    }
}

/// A limit that is not there.
struct NoSuchLimit: Error, CustomStringConvertible {
    let name: String

    var description: String { "no limit \(name)  →  `millrace limit list` shows the limits there are" }
}
