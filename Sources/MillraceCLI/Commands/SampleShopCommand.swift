import ArgumentParser
import Foundation
import Millrace
import Shop

struct SampleShopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-shop", abstract: "Write the files of a made-up shop, to try things with.",
        discussion: """
            Six segments and eight tastes are planted in it, which the pipeline must find again; planted.json says who has \
            which. The same seed gives the same bytes. Import its files in this order:
              millrace import items     FOLDER/items.csv
              millrace import customers FOLDER/customers.csv
              millrace import events    FOLDER/events.csv
            """)

    @Option(help: "The folder to write to; made if it is missing.", completion: .directory) var output: String
    @Option(help: "Any number.") var seed: UInt64 = 42
    @Option(help: "How many customers.") var customers = 2_000
    @Option(help: "How many items.") var items = 600
    @Option(help: "How many days of events.") var days = 180
    @Option(help: "When the events end, in RFC 3339.") var end = "2026-01-01T00:00:00Z"
    @Option(help: "How many rows that cannot be read to strew in.") var brokenRows = 0

    func run() throws {
        let shop = try SampleShop(
            seed: seed, end: Timestamp(try RFC3339.date(end)), customers: customers, items: items, days: days)
        try shop.write(to: output, brokenRows: brokenRows)
        print(
            "wrote \(shop.items.count) items, \(shop.customers.count) customers and \(shop.events.count) events to \(output)"
        )
    }
}
