import Foundation
import Testing

@testable import Shop

@Suite("Import maps")
struct ImportMapTests {
    static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../docs/examples/maps").standardizedFileURL.path

    private func preview(_ text: [UInt8], _ map: ImportMap) async throws -> ImportPreview {
        let file = try TemporaryFile(text)
        defer { withExtendedLifetime(file) {} }
        return try await ImportPreview.read(file.path, as: map.target, map: map)
    }

    private func preview(_ text: String, _ map: String) async throws -> ImportPreview {
        try await preview(Array(text.utf8), ImportMap(map, file: "map.yaml"))
    }

    private func text(_ cells: [String?]) -> String { cells.map { $0 ?? "" }.joined(separator: ",") }

    @Test("the map of RetailRocket's events reads them")
    func retailRocket() async throws {
        let map = try ImportMap(reading: Self.examples + "/retailrocket-events.yaml")
        #expect(map.addsUnknownItems && map.addsUnknownCustomers)
        let text = """
            timestamp,visitorid,event,itemid,transactionid
            1433221332117,257597,view,355908,
            1433224214164,992329,addtocart,248676,
            1433222276276,599528,transaction,356475,4000
            1433222276276,599528,wish,356475,

            """
        let preview = try await preview(Array(text.utf8), map)
        #expect(
            preview.rows.map { self.text($0.cells) } == [
                "view,257597,355908,2015-06-02T05:02:12.117000Z,1,,,,",
                "cart,992329,248676,2015-06-02T05:50:14.164000Z,1,,,,",
                "purchase,599528,356475,2015-06-02T05:17:56.276000Z,1,,,,4000",
            ])
        #expect(preview.rejected.map(\.reason) == [.unknownKind])
        #expect(
            map.explanation.map { "\($0.field) | \($0.source) | \($0.reading)" } == [
                "kind | column event | addtocart = cart, transaction = purchase", "customer | column visitorid | ",
                "item | column itemid | ", "at | column timestamp | milliseconds since 1970",
                "order_ref | column transactionid | ",
            ])
    }

    @Test("a German spreadsheet: its code page, semicolons, decimal commas, local times, and returns by sign")
    func germanOrders() async throws {
        let map = try ImportMap(reading: Self.examples + "/german-orders.yaml")
        var text = Array("Bestellung;Kunde;Artikel;Menge;Einzelpreis;Datum;Zahlart\r\n".utf8)
        text += Array("B-1001;K17;47\"11;2;1.299,00;24.12.2025 18:30;bar\r\n".utf8)
        let umlaut = "-1;M\u{FC}ller;4711;-1;\"1,5\";24.07.2025 18:30;bar\r\n"
        text += [0x80] + umlaut.unicodeScalars.map { UInt8($0.value) }
        text += Array(
            "B-1002;K17;4711;1;1.50;24.12.2025 18:30;bar\r\nB-1002;K17;4711;0;1;24.12.2025 18:30;bar\r\n".utf8)
        let preview = try await preview(text, map)
        #expect(
            preview.rows.map { self.text($0.cells) } == [
                "purchase,K17,47\"11,2025-12-24T17:30:00Z,2,1299.00,,,B-1001",
                "return,Müller,4711,2025-07-24T16:30:00Z,1,1.50,,,€-1",
            ])
        #expect(preview.rejected.map(\.reason) == [.badPrice, .zeroQuantity])
    }

    @Test("items out of nested JSON, with words for truth and for nothing")
    func webShopItems() async throws {
        let map = try ImportMap(reading: Self.examples + "/web-shop-items.yaml")
        let text = #"""
            {"sku":"A1","name":{"en":"Cup","zh":"杯"},"offers":[{"amount":2.5,"unit":"GBP"},{"amount":9}],\#
            "available":"yes","maker":{"name":"n/a"},"more":[[]]}
            {"sku":"A2","name":"Cup","offers":[],"available":"soon"}
            {"sku":"A3","name":{"en":"Jug"},"offers":[{"unit":"eur","amount":"7"}],"available":"soon",\#
            "group":"jugs","maker":{"name":"Old Mill"}}
            {"sku":"A4","name":{"en":["Jug"]}}
            """#
        let preview = try await preview(Array(text.utf8), map)
        #expect(
            preview.rows.map { self.text($0.cells) } == [
                "A1,Cup,,,2.50,GBP,true,", "A3,Jug,jugs,Old Mill,7.00,EUR,false,",
            ])
        #expect(
            preview.rejected.map { "\($0.line) \($0.column ?? "") \($0.reason.rawValue)" } == [
                "2 title missing-value", "4 title not-one-value",
            ])
    }

    private static let minimal = """
        import: events
        fields:
          kind: { value: view }
          item: sku
          at: when

        """

    @Test("columns without a header, by number; tabs; no quotes; words that leave rows out; the same column twice")
    func dialect() async throws {
        let map = """
            import: events
            delimiter: tab
            quote: none
            header: false
            empty: ["-", NULL]
            fields:
              kind: { from: 2, words: { seen: view, logout: skip } }
              item: 3
              order_ref: 3
              customer: 1
              at: { value: "2025-01-01T00:00:00Z" }
            """
        let rows = ["C1\tseen\t\"A\"1\"", "NULL\tseen\t-", "-\tlogout\tA1", "-\tview\tA1", "C1\tseen"]
        let preview = try await preview(rows.joined(separator: "\n"), map)
        #expect(
            preview.rows.map { text($0.cells) } == [
                "view,C1,\"A\"1\",2025-01-01T00:00:00Z,1,,,,\"A\"1\"", "view,,A1,2025-01-01T00:00:00Z,1,,,,A1",
            ])
        #expect(preview.rows.map(\.line) == [1, 4])
        #expect(
            preview.rejected.map { "\($0.line) \($0.reason.rawValue)" } == [
                "2 missing-value", "3 skipped", "5 field-count",
            ])
    }

    @Test("a return by sign is one of a sale, not of a view, and only where the map says so")
    func negativeQuantity() async throws {
        let rule = "negative_quantity: return\n"
        let fields = "import: events\nfields: { kind: kind, item: sku, at: when, quantity: n }\n"
        let text = "kind,sku,when,n\npurchase,A,2025-01-01T00:00:00Z,-2\nview,A,2025-01-01T00:00:00Z,-2\n"
        let with = try await preview(text, rule + fields)
        #expect(with.rows.map { $0.cells[0] } == ["return"] && with.rows.map { $0.cells[4] } == ["2"])
        #expect(with.rejected.map(\.reason) == [.badNumber])
        #expect(try await preview(text, fields).rejected.map(\.reason) == [.badNumber, .badNumber])
    }

    @Test(
        "what is wrong with a map is told with its line, the key and the way out",
        arguments: [
            ("", "map.yaml:1: the file is empty  →  begin it with `import: events`"),
            ("fields: {}\n", "map.yaml:1: import: is missing  →  write `import: events`, or items or customers"),
            (
                "import: event\n",
                "map.yaml:1: import: is \"event\", none of events, items, customers  →  did you mean \"events\"?"
            ),
            (
                minimal + "delimter: \";\"\n",
                "map.yaml:6: delimter: there is no such key  →  did you mean \"delimiter\"?"
            ),
            (
                minimal + "  ordr_ref: x\n",
                "map.yaml:6: fields.ordr_ref: there is no such key  →  did you mean \"order_ref\"?"
            ),
            (
                "import: events\nfields:\n  item: sku\n  at: { from: t, time: epoch-miliseconds }\n",
                """
                map.yaml:2: fields.kind: is missing  →  say where it comes from, or give every row one: `kind: { value: … }`
                map.yaml:4: fields.at.time: is "epoch-miliseconds", no way to write times  →  did you mean "epoch-milliseconds"?
                """
            ),
            (
                minimal.replacing("at: when", with: "at: { from: when, time: \"%d.%m.%Y\" }"),
                "map.yaml:5: fields.at.time: \"%d.%m.%Y\" says no zone  →  add `zone: Europe/Berlin`, or UTC, or %z"
            ),
            (
                minimal.replacing("at: when", with: "at: { from: when, time: \"%d.%Y\", zone: Europe/Berln }"),
                """
                map.yaml:5: fields.at.zone: "Europe/Berln" is no IANA zone  →  did you mean "Europe/Berlin"?
                map.yaml:5: fields.at.time: "%d.%Y" has no year, month or day  →  name %Y or %y, %m or %b, and %d
                """
            ),
            (
                minimal.replacing("value: view", with: "from: k, words: { buy: purchas }"),
                "map.yaml:3: fields.kind.words.buy: \"purchas\" is no kind of event  →  did you mean \"purchase\"?"
            ),
            (
                minimal.replacing("value: view", with: "value: view, from: k"),
                "map.yaml:3: fields.kind: has both from and value  →  keep one of them"
            ),
            (
                "format: json-lines\nheader: true\n" + minimal.replacing("sku", with: "a..b"),
                """
                map.yaml:2: header: has no meaning for JSON lines  →  take it out, or write `format: csv`
                map.yaml:6: fields.item: "a..b" is no path  →  write it like sku, product.id, lines[0].sku or ["a.b"].c
                """
            ),
            (
                "decimal: \",\"\ngrouping: \",\"\n" + minimal,
                "map.yaml:2: grouping: is the decimal sign, too  →  give two different signs"
            ),
            (
                "delimiter: \";;\"\n" + minimal,
                "map.yaml:1: delimiter: is \";;\", not one sign of ASCII  →  "
                    + "write it in quotes such as \";\", or tab"
            ),
            (
                "header: false\n" + minimal,
                """
                map.yaml:5: fields.item: names the column "sku", and the file has no header  →  give the column's number, from 1
                map.yaml:6: fields.at: names the column "when", and the file has no header  →  give the column's number, from 1
                """
            ),
        ])
    func wrongMap(_ map: String, _ expected: String) throws {
        let errors = #expect(throws: ImportMapErrors.self) { try ImportMap(map, file: "map.yaml") }
        #expect(errors?.description == expected)
    }

    @Test("columns that the file lacks are told with the line of the map")
    func wrongColumns() async throws {
        let file = try TemporaryFile("skew,When,when\nA,2025-01-01T00:00:00Z,\n".utf8)
        let map = try ImportMap(Self.minimal, file: "map.yaml")
        let errors = await #expect(throws: ImportMapErrors.self) {
            try await ImportPreview.read(file.path, as: .events, map: map)
        }
        #expect(
            errors?.description.replacing(file.path, with: "FILE") == """
                map.yaml:4: fields.item: FILE has no column "sku"  →  its columns are skew, When, when
                map.yaml:5: fields.at: FILE has more than one column "when"  →  name it by its number
                """)
        let numbers = try ImportMap(
            "import: events\nheader: false\nfields: { kind: 1, item: 2, at: 4 }\n", file: "map.yaml")
        let tooFew = await #expect(throws: ImportMapErrors.self) {
            try await ImportPreview.read(file.path, as: .events, map: numbers)
        }
        #expect(
            tooFew?.description.replacing(file.path, with: "FILE")
                == "map.yaml:3: fields.at: FILE has 3 columns, and no column 4  →  count them from 1")
        #expect(throws: ImportMapErrors.self) { try ImportMap(reading: "/nowhere.yaml") }
    }

    @Test("a preview shows the first rows, good and bad, and reads no further")
    func preview() async throws {
        let rows = (1...200_000).map { $0 % 2 == 0 ? "A,yesterday\n" : "A\($0),2025-01-01T00:00:00Z\n" }
        let preview = try await preview("sku,when\n" + rows.joined(), Self.minimal)
        #expect(preview.rows.map(\.line) == [2, 4, 6, 8, 10])
        #expect(preview.rejected.map(\.line) == [3, 5, 7, 9, 11])
    }
}
