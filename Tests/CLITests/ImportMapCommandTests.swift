import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Imports of JSON lines and by maps on the command line", .database)
struct ImportMapCommandTests {
    private static let maps = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/examples/maps").standardizedFileURL.path

    /// Runs `millrace import KIND FILE …` on a file of that text.
    private func importing(_ kind: String, _ text: String, _ options: String...) async throws -> Command {
        try await importing(kind, Data(text.utf8), options)
    }

    private func importing(_ kind: String, _ bytes: Data, _ options: [String]) async throws -> Command {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID()).txt")
        try bytes.write(to: file)
        defer { unlink(file.path) }
        return try await TestDatabase.current.millrace(["import", kind, file.path] + options)
    }

    private func rows(_ statement: Statement) async throws -> [String] {
        try await TestDatabase.current.pool.query(statement).map { try $0[0] as String }
    }

    private static let retailRocket = """
        timestamp,visitorid,event,itemid,transactionid
        1433221332117,257597,view,355908,
        1433224214164,257597,addtocart,248676,
        1433222276276,599528,transaction,356475,4000
        1433193500981,257597,view,355908,
        yesterday,121688,view,461686,

        """

    @Test("RetailRocket's events go in by the example map, with their items and visitors")
    func retailRocket() async throws {
        let map = Self.maps + "/retailrocket-events.yaml"
        let command = try await importing("events", Self.retailRocket, "--map", map)
        #expect(command.status == 0, "\(command.errors)")
        #expect(command.output.contains("1 of 5 rows were left out"))
        #expect(
            try await rows(
                """
                SELECT concat_ws(' ', event.kind, customer.code, item.code, event.at AT TIME ZONE 'UTC', event.order_ref)
                FROM shop.event JOIN shop.item ON item.id = item_id JOIN shop.customer ON customer.id = customer_id
                ORDER BY event.at
                """) == [
                    "view 257597 355908 2015-06-01 21:18:20.981", "view 257597 355908 2015-06-02 05:02:12.117",
                    "purchase 599528 356475 2015-06-02 05:17:56.276 4000", "cart 257597 248676 2015-06-02 05:50:14.164",
                ])
        #expect(
            try await rows("SELECT concat_ws(' ', code, title, category, is_product) FROM shop.item ORDER BY code")
                == ["248676 248676 other t", "355908 355908 other t", "356475 356475 other t"])
        #expect(
            try await rows(
                "SELECT concat_ws(' ', code, created_at AT TIME ZONE 'UTC') FROM shop.customer ORDER BY code")
                == ["257597 2015-06-01 21:18:20.981", "599528 2015-06-02 05:17:56.276"])
        #expect(try await rows("SELECT reason FROM shop.import_reject") == ["at: bad-date"])
        let again = try await importing("events", Self.retailRocket, "--map", map)
        #expect(again.status == 1 && again.errors.contains("was imported before"))
    }

    @Test("JSON lines go in as CSV does, packed too, and a list of JSON is told apart")
    func jsonLines() async throws {
        let items = #"{"code":"A1","title":"Cup","price":2.5,"currency":"GBP","in_stock":true,"brand":"Old Mill"}"#
        let customers = #"{"code":"C1","locale":"zh-CN","consent_email":true,"created_at":"2025-01-01T00:00:00Z"}"#
        #expect(try await importing("items", items).status == 0)
        #expect(try await importing("customers", customers + "\n").status == 0)
        let event = #"{"kind":"purchase","customer":"C1","item":"A1","at":"2025-01-02T00:00:00Z","device":"mobile"}"#
        let unknown = event.replacing("A1", with: "ZZ")
        let gzip = try await Tool.gzip(Data((event + "\n" + unknown + "\n" + event + "\n{\n").utf8))
        let command = try await importing("events", gzip, [])
        #expect(command.status == 0, "\(command.errors)")
        #expect(
            try await rows(
                """
                SELECT concat_ws(' ', event.device, item.brand, customer.locale, consent.granted)
                FROM shop.event JOIN shop.item ON item.id = item_id JOIN shop.customer ON customer.id = customer_id
                JOIN shop.consent USING (customer_id)
                """) == Array(repeating: "mobile Old Mill zh-CN t", count: 2))
        #expect(
            try await rows("SELECT line || ' ' || reason || ' ' || content FROM shop.import_reject ORDER BY line") == [
                "2 item: unknown-item purchase,C1,ZZ,2025-01-02T00:00:00Z,1,,,mobile,", "4 bad-json {",
            ])
        let list = try await importing("events", "[\n\(event)]\n")
        #expect(list.status == 1 && list.errors.contains("is one JSON list  →  write one object a line"))
    }

    @Test("one file may be imported as items and as events; a map for one is refused for the other")
    func oneFileTwice() async throws {
        let text = "sku;name;when\nA1;Cup;01.02.2025\nA2;Jug;02.02.2025\n"
        let head = "delimiter: \";\"\n"
        let items =
            head + "import: items\nfields: { code: sku, title: name, price: { value: 0 }, currency: { value: EUR }, "
            + "in_stock: { value: true } }\n"
        let events =
            head + "import: events\nzone: UTC\nfields: { kind: { value: view }, item: sku, "
            + "at: { from: when, time: \"%d.%m.%Y\" } }\n"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("maps-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let itemMap = folder.appendingPathComponent("items.yaml").path
        let eventMap = folder.appendingPathComponent("events.yaml").path
        try Data(items.utf8).write(to: URL(fileURLWithPath: itemMap))
        try Data(events.utf8).write(to: URL(fileURLWithPath: eventMap))

        #expect(try await importing("items", text, "--map", itemMap).status == 0)
        #expect(try await importing("events", text, "--map", eventMap).status == 0)
        #expect(
            try await rows(
                "SELECT code || ' ' || (at AT TIME ZONE 'UTC')::date FROM shop.event JOIN shop.item ON id = item_id "
            ).sorted() == ["A1 2025-02-01", "A2 2025-02-02"])
        let wrong = try await importing("items", text, "--map", eventMap)
        #expect(wrong.status == 1 && wrong.errors.contains("events.yaml maps events, not items"))
        let both = try await importing("events", text, "--map", eventMap, "--format", "online-retail")
        #expect(both.status == 2)
    }

    @Test("a dry run shows the map and the first rows, needs no database, and changes nothing")
    func dryRun() async throws {
        let map = Self.maps + "/retailrocket-events.yaml"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID()).csv")
        try Data(Self.retailRocket.utf8).write(to: file)
        defer { unlink(file.path) }
        let command = try await Command.run("import", "events", file.path, "--map", map, "--explain-map")
        #expect(command.status == 0, "\(command.errors)")
        let lines = command.output.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        #expect(lines.contains("at column timestamp milliseconds since 1970"))
        #expect(lines.contains("4 purchase 599528 356475 2015-06-02T05:17:56.276000Z 1 4000"))
        #expect(lines.contains("1 of the first 5 rows are left out:"))
        #expect(lines.contains { $0.contains("at: \"yesterday\" is no valid date and time") })
        #expect(lines.contains("nothing was imported"))
        #expect(try await rows("SELECT file FROM shop.import").isEmpty)
    }

    @Test("a map that is wrong, or does not fit the file, is told line by line and changes nothing")
    func wrongMap() async throws {
        let map = Self.maps + "/german-orders.yaml"
        let command = try await importing("events", Self.retailRocket, "--map", map)
        #expect(command.status == 1)
        #expect(command.errors.contains("german-orders.yaml:16: fields.customer: "))
        #expect(command.errors.contains("has no column \"Kunde\""))
        #expect(try await rows("SELECT file FROM shop.import").isEmpty)
        let missing = try await importing("events", Self.retailRocket, "--map", "nowhere.yaml")
        #expect(missing.status == 1 && missing.errors.contains("nowhere.yaml: cannot be read"))
    }
}

extension Tool {
    /// The bytes as gzip packs them.
    fileprivate static func gzip(_ bytes: Data) async throws -> Data {
        let folder = FileManager.default.temporaryDirectory
        let plain = folder.appendingPathComponent("gzip-\(UUID())")
        try bytes.write(to: plain)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", plain.path]
        try process.run()
        process.waitUntilExit()
        let packed = plain.appendingPathExtension("gz")
        defer { unlink(packed.path) }
        return try Data(contentsOf: packed)
    }
}
