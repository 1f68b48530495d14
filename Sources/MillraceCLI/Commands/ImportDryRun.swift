import Millrace
import Shop

/// Tells what an import would do.
enum ImportDryRun {
    static func tell(_ preview: ImportPreview, map: ImportMap?) {
        if let map {
            print(
                TableText(
                    Listing(
                        columns: [.init("field"), .init("from"), .init("read_as")],
                        rows: map.explanation.map { [$0.field, $0.source, $0.reading.isEmpty ? nil : $0.reading] })
                ).text)
            print()
        }
        if !preview.rows.isEmpty {
            print(
                TableText(
                    Listing(
                        columns: [.init("line", .number)] + preview.columns.map { .init($0) },
                        rows: preview.rows.map { ["\($0.line)"] + $0.cells })
                ).text)
        }
        if !preview.rejected.isEmpty {
            let all = preview.rows.count + preview.rejected.count
            print("\(preview.rejected.count) of the first \(all) rows are left out:")
            for row in preview.rejected { print("  \(row)") }
        }
        if preview.rows.isEmpty, preview.rejected.isEmpty { print("the file has no rows") }
        print("nothing was imported")
    }
}
