import ArgumentParser
import Millrace
import Postgres
import Shop

struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the last night came to: steps, segments, example customers, messages by outcome.")

    @Argument(help: "The pipeline whose newest run is shown.") var pipeline = "nightly-personalization"
    @Option(help: "How many customers to show as examples.") var examples = 3

    func run() async throws {
        try await Database.withConnection(for: "report") { [pipeline, examples] connection in
            guard let run = try await connection.latestRun(of: pipeline),
                let standing = try await connection.standing(ofRun: run)
            else { throw NoSuchRun(name: pipeline) }

            heading("The shop")
            print(TableText(try await connection.shopCounts()).text)

            heading(
                "Run \(run) of \(pipeline): \(standing.state) in \(TableText.durationText(standing.seconds)), "
                    + "\(standing.jobs) jobs")
            if let graph = try await connection.graph(ofRun: run) {
                print(try graph.withoutTitle.text(.init(width: Terminal.width)))
            }
            print(TableText(try await connection.steps(ofRun: run).withFigures).text)

            heading("Segments")
            for row in try await connection.segments().rows {
                print("\(row[0] ?? "")  \(row[1] ?? "")  (\(row[2] ?? "") customers, \(row[3] ?? ""))")
                print(WrappedText(row[4] ?? "", width: min(Terminal.width, 100), indentation: "   ").text)
            }

            let changes = try await connection.segmentChanges()
            if !changes.rows.isEmpty {
                heading("Segments since the build before")
                print(TableText(changes).text)
            }

            for customer in try await connection.exampleCustomers(examples) {
                try await show(customer, on: connection)
            }

            heading("Messages by outcome")
            print(TableText(try await connection.campaigns()).text)
            let undelivered = try await connection.undelivered()
            if !undelivered.rows.isEmpty { print("\n" + TableText(undelivered).text) }

            heading("Look further")
            print(
                """
                the steps and what each returned  millrace pipeline show \(run)
                every job of the run              millrace job list --run \(run)
                one job in full                   millrace job show ID, millrace job logs ID
                when it runs by itself            millrace schedule list
                is all well?                      millrace doctor
                psql: SELECT * FROM shop.v_outbox LIMIT 20; SELECT * FROM millrace.v_job ORDER BY id DESC LIMIT 20;
                """)
        }
    }

    private func show(_ customer: Int, on connection: Connection) async throws {
        let profile = try await connection.customerProfile(customer)
        heading("Customer \(profile.rows.first?[0] ?? "\(customer)")")
        print(TableText.record(profile))
        print("\nrecommended, and why:")
        print(TableText(try await connection.recommendations(for: customer)).text)
        let mail = try await connection.latestMail(to: customer)
        guard let row = mail.rows.first else { return }
        print("\nmail: \(row[5] ?? "not planned")  →  \(row[6] ?? "")   \(row[8] ?? "")")
        print("  Subject: \(row[3] ?? "")")
        for line in (row[4] ?? "").split(separator: "\n", omittingEmptySubsequences: false) { print("  | \(line)") }
    }

    private func heading(_ text: String) {
        print("\n\(text)\n" + String(repeating: "─", count: min(text.count, 78)))
    }
}

extension RunGraph {
    /// For a page that has a heading of its own.
    fileprivate var withoutTitle: RunGraph {
        get throws { try RunGraph(title: "", nodes: nodes) }
    }
}

extension Listing {
    /// The steps of a run with what went through them in words.
    fileprivate var withFigures: Listing {
        let names = ["step", "state", "jobs", "duration", "work", "reason"]
        let kept = columns.indices.filter { names.contains(columns[$0].name) }
        return Listing(
            columns: kept.map { columns[$0] } + [.init("counts")],
            rows: rows.indices.map { row in
                kept.map { rows[row][$0] } + [FiguresText(value("output", row: row)).text]
            })
    }
}
