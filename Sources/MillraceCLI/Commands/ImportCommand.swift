import ArgumentParser
import Foundation
import Postgres
import Shop

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import events, items or customers from CSV or JSON lines, plain or gzip.",
        subcommands: [Events.self, Items.self, Customers.self])

    /// What all three take.
    struct Source: ParsableArguments {
        @Argument(help: "The file; - for standard input.", completion: .file()) var file: String
        @Option(help: "utf-8, latin1 or windows-1252; else what the map says, or utf-8.") var encoding: TextEncoding?
        @Option(
            help: "A map: which column or path is which field, and how values are written.",
            completion: .file(extensions: ["yaml", "yml"])) var map: String?
        @Flag(
            name: [.customLong("dry-run"), .customLong("explain-map")],
            help: "Show the map's fields and the first rows as they would be imported, and import nothing.")
        var isDryRun = false

        /// Imports, or shows what would be.
        func run(
            as target: ImportMap.Target,
            _ body:
                @Sendable (ShopImport, ImportMap?, @escaping @Sendable (ImportProgress) -> Void) async throws ->
                ImportSummary,
            then afterwards: @Sendable (ShopImport) async throws -> Void = { _ in }
        ) async throws {
            let map = try self.map.map { try ImportMap(reading: $0) }
            if let map, map.target != target {
                throw WrongTarget(map: self.map ?? "", found: map.target, expected: target)
            }
            guard !isDryRun else {
                return ImportDryRun.tell(
                    try await ImportPreview.read(file, as: target, encoding: encoding, map: map), map: map)
            }
            try await ImportRun(target.rawValue).run({ try await body($0, map, $1) }, then: afterwards)
        }
    }

    /// A map for other rows than the command imports.
    struct WrongTarget: Error, CustomStringConvertible {
        let map: String
        let found: ImportMap.Target
        let expected: ImportMap.Target

        var description: String {
            "\(map) maps \(found.rawValue), not \(expected.rawValue)  →  run `millrace import \(found.rawValue)`, or name "
                + "another map"
        }
    }

    struct Events: AsyncParsableCommand {
        /// The formats events come in.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case millrace
            case onlineRetail = "online-retail"
        }

        static let configuration = CommandConfiguration(
            abstract: "Import what happened in the shop.",
            discussion: """
                Formats:
                  millrace       kind,customer,item,at,quantity,price,session,device,order_ref; items and customers first; \
                CSV, or JSON lines with these keys
                  online-retail  InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country; brings \
                its items and customers along

                A file goes in whole or not at all. Rows that cannot be understood are left out, counted, and kept with the \
                reason in shop.import_reject. The same file is not imported twice.
                """)

        @OptionGroup var source: Source
        @Option(help: "millrace or online-retail.") var format = Format.millrace
        @Flag(
            help:
                "Invent names, addresses at shop.example and consent for customers that have none; for demonstrations.")
        var demoContacts = false

        func validate() throws {
            guard format == .onlineRetail else { return }
            if source.map != nil { throw ValidationError("give either --map or --format online-retail") }
            if source.isDryRun { throw ValidationError("--dry-run shows rows of the other formats only") }
        }

        func run() async throws {
            try await source.run(as: .events) { [self] shop, map, progress in
                switch format {
                case .millrace:
                    try await shop.events(source.file, encoding: source.encoding, map: map, progress: progress)
                case .onlineRetail:
                    try await shop.onlineRetail(source.file, encoding: source.encoding ?? .utf8, progress: progress)
                }
            } then: { [demoContacts] shop in
                guard demoContacts else { return }
                print("invented contacts for \(try await shop.inventContacts()) customers")
            }
        }
    }

    struct Items: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import the catalogue: code,title,category,brand,price,currency,in_stock.")

        @OptionGroup var source: Source

        func run() async throws {
            try await source.run(as: .items) { [source] shop, map, progress in
                try await shop.items(source.file, encoding: source.encoding, map: map, progress: progress)
            }
        }
    }

    struct Customers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Import customers: code,name,email,locale,country,region,timezone,consent_email,consent_at,created_at.")

        @OptionGroup var source: Source

        func run() async throws {
            try await source.run(as: .customers) { [source] shop, map, progress in
                try await shop.customers(source.file, encoding: source.encoding, map: map, progress: progress)
            }
        }
    }
}

/// Runs an import with its progress and tells what came of it.
private struct ImportRun {
    private let what: String

    init(_ what: String) {
        self.what = what
    }

    func run(
        _ body: @Sendable (ShopImport, @escaping @Sendable (ImportProgress) -> Void) async throws -> ImportSummary,
        then afterwards: @Sendable (ShopImport) async throws -> Void
    ) async throws {
        try await Database.withConnection(for: "import") { _ in }
        let pool = Pool(try Database.configuration(for: "import"), maximumConnections: 2, logger: Log.quiet)
        do {
            let began = ContinuousClock.now
            let shop = ShopImport(pool)
            let display = SharedDisplay(ProgressDisplay("importing \(what)"))
            let summary = try await body(shop) { progress in
                display.show(
                    done: Double(progress.fileBytesRead), of: progress.fileBytesTotal.map(Double.init),
                    "\(progress.rows) rows")
            }
            let seconds = TableText.durationText(began.duration(to: .now) / .seconds(1))
            display.finish("\(summary.rowsKept) rows in \(seconds)")
            tell(summary)
            try await afterwards(shop)
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }

    private func tell(_ summary: ImportSummary) {
        guard summary.rowsRejected > 0 else { return }
        print("\(summary.rowsRejected) of \(summary.rowsRead) rows were left out:")
        for (reason, count) in summary.rejected.sorted(by: { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        ) {
            print("  \(count)  \(reason.rawValue): \(reason.problem)")
        }
        for example in summary.examples.prefix(3) { print("  e.g. \(example)") }
        print("all of them, with their rows: SELECT * FROM shop.import_reject WHERE import_id = \(summary.id)")
    }
}
