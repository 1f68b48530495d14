import Testing

@testable import Shop

@Suite("CSV header")
struct CSVHeaderTests {
    private let expected = [ImportColumn("code"), ImportColumn("title"), ImportColumn("locale", optional: true)]

    private func text(_ names: [String]) -> String {
        do throws(CSVHeaderError) {
            _ = try CSVHeader(file: "items.csv", names: names, expected: expected)
            return "accepted"
        } catch {
            return error.description
        }
    }

    @Test("columns are found in any order, in any case, and an optional one may be missing")
    func order() throws {
        let header = try CSVHeader(file: "f", names: [" Title", "CODE"], expected: expected)
        #expect(header.positions == [1, 0, -1])
    }

    @Test("missing and unknown columns are named with the file, the line and the columns that are expected")
    func wrong() {
        #expect(
            text(["code", "name"])
                == "items.csv:1: wrong header: missing title; unknown name  →  "
                + "the first line must name these columns: code,title,locale (optional)")
        #expect(
            text(["code", "title", "code"])
                == "items.csv:1: wrong header: named twice: code  →  "
                + "the first line must name these columns: code,title,locale (optional)")
    }

    @Test("a file with semicolons is recognised as such")
    func semicolons() {
        #expect(
            text(["code;title"]).hasSuffix("separated by ';'; save the file with commas: code,title,locale (optional)"))
    }

    @Test("an empty file is called empty")
    func empty() {
        var table = CSVTable(file: "items.csv", format: ItemFormat())
        var batch = RowBatch<ItemRow>()
        let error = #expect(throws: CSVHeaderError.self) { try table.finish(into: &batch) }
        #expect(error?.description.hasPrefix("items.csv:1: the file is empty  →  ") == true)
    }
}
