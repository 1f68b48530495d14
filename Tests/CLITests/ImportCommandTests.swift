import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Imports on the command line", .database)
struct ImportCommandTests {
    private static let items = "code,title,category,brand,price,currency,in_stock\nA1,Cup,cups,,2.50,GBP,true\n"
    private static let customers = """
        code,name,email,locale,country,region,timezone,consent_email,consent_at,created_at
        C1,Ada,ada@shop.example,en,GB,,Europe/London,true,,2025-01-01T00:00:00Z

        """
    private static let header = "kind,customer,item,at,quantity,price,session,device,order_ref\n"
    private static let purchase = "purchase,C1,A1,2025-01-02T00:00:00Z,1,2.5,s,,o1\n"

    /// Runs `millrace import KIND FILE …` on a file of that text.
    private func importing(_ kind: String, _ text: some DataProtocol, _ options: String...) async throws -> Command {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID()).csv")
        try Data(text).write(to: file)
        defer { unlink(file.path) }
        return try await TestDatabase.current.millrace(["import", kind, file.path] + options)
    }

    private func events() async throws -> Int {
        try await TestDatabase.current.pool.query("SELECT count(*) FROM shop.event")[0][0]
    }

    @Test("rows that cannot be understood are counted and kept with their reason, and the rest goes in")
    func rejects() async throws {
        #expect(try await importing("items", Data(Self.items.utf8)).status == 0)
        #expect(try await importing("customers", Data(Self.customers.utf8)).status == 0)
        let bad = [
            "purchase,C1,A1,2025-01-02T00:00:00Z\n", "view,C1,\"A1,2025-01-02T00:00:00Z,1,,,,\n",
            "view,C1,A1,2025-13-41T00:00:00Z,1,,,,\n", "view,C9,A1,2025-01-02T00:00:00Z,1,,,,\n",
            "view,C1,ZZ,2025-01-02T00:00:00Z,1,,,,\n", "view,C1,A1,2025-01-02T00:00:00Z,many,,,,\n",
        ]
        let text = Self.header + Self.purchase + bad.joined() + Self.purchase
        let command = try await importing("events", Data(text.utf8))
        #expect(command.status == 0)
        #expect(command.output.contains("6 of 8 rows were left out"))
        #expect(command.output.contains("→"))
        #expect(try await events() == 2)
        let kept = try await TestDatabase.current.pool.query(
            "SELECT line, reason, content FROM shop.import_reject ORDER BY line"
        ).map { try $0.decode(Int.self, String.self, String.self) }
        #expect(kept.map(\.0) == Array(3...8))
        #expect(
            kept.map(\.1) == [
                "field-count", "broken-quote", "at: bad-date", "customer: unknown-customer", "item: unknown-item",
                "quantity: bad-number",
            ])
        #expect(kept[2].2 == bad[2].trimmingCharacters(in: .newlines))
    }

    @Test(
        "a file that cannot be read at all changes nothing, is told in one line with the way out, and ends with 1",
        arguments: [
            (Data(), "is empty"), (Data("kind,customer,item,when\n".utf8), "wrong header: missing at"),
            (Data("kind;customer;item;at\n".utf8), "separated by ';'"),
            (Data((header + "view,C1,A1,2025-01-02T00:00:00Z,1,,caf").utf8) + [0xE9, 0x0A], "not valid UTF-8"),
            (Data([0xFF, 0xFE, 0x6B, 0x00]), "UTF-16"), (Data([0x1F, 0x8B, 8, 0, 0, 0]), "ends in the middle"),
            (Data("PK\u{3}\u{4}rest".utf8), "ZIP"),
        ])
    func unreadable(_ bytes: Data, _ problem: String) async throws {
        let command = try await importing("events", bytes)
        #expect(command.status == 1)
        #expect(command.errors.contains(problem))
        #expect(command.errors.contains("→"))
        #expect(command.errors.split(separator: "\n").count == 1)
        #expect(try await TestDatabase.current.pool.query("SELECT FROM shop.import").isEmpty)
    }

    @Test("a file that is not there, and a folder, are told by name; an encoding that nobody knows is wrong usage")
    func noFile() async throws {
        let missing = try await millrace("import", "events", "nowhere.csv")
        #expect(missing.status == 1 && missing.errors.contains("nowhere.csv: cannot be opened: No such file"))
        let folder = try await millrace("import", "events", "/")
        #expect(folder.status == 1 && folder.errors.contains("/: is a folder  →  name a file in it"))
        let encoding = try await millrace("import", "events", "nowhere.csv", "--encoding", "utf-32")
        #expect(encoding.status == 2 && encoding.errors.contains("'utf-8', 'latin1' or 'windows-1252'"))
    }

    @Test("an Online Retail file brings items and customers along, and each event has its own")
    func onlineRetail() async throws {
        let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        let first = """
            536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
            536365,71053,WHITE LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
            536370,22728,ALARM CLOCK,24,2010-12-01 08:45:00,3.75,12583,France
            C536379,85123a,WHITE HOLDER,-1,2010-12-01 09:41:00,2.55,17850,United Kingdom
            536381,71053,WHITE LANTERN,2,2010-12-01 09:45:00,3.39,,United Kingdom
            536390,71053,damaged,-5,2010-12-01 10:45:00,0,,United Kingdom

            """
        let second = """
            536400,21730,GLASS STAR,1,2010-12-02 08:00:00,4.25,12583,France
            536400,71053,WHITE LANTERN,3,2010-12-02 08:01:00,3.39,12583,France

            """
        for text in [first, second] {
            let command = try await importing("events", Data((header + text).utf8), "--format", "online-retail")
            #expect(command.status == 0, "\(command.errors)")
        }
        let pool = try TestDatabase.current.pool
        let events = try await pool.query(
            """
            SELECT concat_ws(' ', kind, item.code, customer.code, quantity) FROM shop.event
            JOIN shop.item ON item.id = item_id LEFT JOIN shop.customer ON customer.id = customer_id
            ORDER BY at, item.code COLLATE "C"
            """
        ).map { try $0[0] as String }
        #expect(
            events == [
                "purchase 71053 17850 6", "purchase 85123A 17850 6", "purchase 22728 12583 24",
                "return 85123A 17850 1", "purchase 71053 2", "purchase 21730 12583 1", "purchase 71053 12583 3",
            ])
        let rejected = try await pool.query("SELECT reason FROM shop.import_reject").map { try $0[0] as String }
        #expect(rejected == ["stock-adjustment"])
        #expect(try await pool.query("SELECT FROM shop.item").count == 4)
        #expect(try await pool.query("SELECT FROM shop.customer").count == 2)
    }

    @Test("the same bytes go in once; a pipe, which can be read only once, goes in as it comes")
    func again() async throws {
        #expect(try await importing("items", Data(Self.items.utf8)).status == 0)
        let again = try await importing("items", Data(Self.items.utf8))
        #expect(again.status == 1)
        #expect(again.errors.contains("was imported before, as import"))

        #expect(try await importing("customers", Data(Self.customers.utf8)).status == 0)
        let pipe = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID()).pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        let text = Data((Self.header + Self.purchase).utf8)
        // Opening a pipe waits for its other end, so on a thread of its own.
        async let writing: Void = withCheckedContinuation { continuation in
            Thread.detachNewThread {
                if let end = FileHandle(forWritingAtPath: pipe) {
                    end.write(text)
                    end.closeFile()
                }
                continuation.resume()
            }
        }
        let command = try await millrace("import", "events", pipe)
        await writing
        #expect(command.status == 0, "\(command.errors)")
        #expect(try await events() == 1)
    }
}
