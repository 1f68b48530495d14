import ArgumentParser
import Foundation
import Millrace

/// How a listing is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
}

/// The `--format` of every listing.
struct OutputOptions: ParsableArguments {
    @Option(help: "table for people, json or csv for programs.")
    var format: OutputFormat = .table

    /// Writes a listing; a table says when there is nothing to show.
    func write(_ listing: Listing, empty: String) {
        switch format {
        case .table where listing.rows.isEmpty: print(empty)
        case .table: print(TableText(listing).text)
        case .json: print(JSONLinesText.array(of: listing))
        case .csv: print(CSVText(listing).text)
        }
    }

    /// Writes one thing, name by name.
    func writeRecord(_ listing: Listing) {
        switch format {
        case .table: print(TableText.record(listing))
        case .json: print(JSONLinesText.object(of: listing, row: 0))
        case .csv: print(CSVText(listing).text)
        }
    }
}
