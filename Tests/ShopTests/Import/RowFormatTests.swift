import Testing

@testable import Shop

/// Reads a whole text; the batch has all rows and all rejects.
func readTable<Format: RowFormat>(
    _ text: String, as format: Format, file: String = "file.csv"
) throws -> (batch: RowBatch<Format.Row>, format: Format) {
    var table = CSVTable(file: file, format: format)
    var batch = RowBatch<Format.Row>()
    try table.read(Array(text.utf8), into: &batch)
    try table.finish(into: &batch)
    return (batch, table.format)
}

@Suite("The project's own formats")
struct RowFormatTests {
    private func reasons<Format: RowFormat>(_ header: String, _ rows: [String], _ format: Format) throws -> [String] {
        let batch = try readTable(([header] + rows).joined(separator: "\n"), as: format).batch
        #expect(batch.rows.isEmpty)
        return batch.rejected.map { "\($0.column ?? "-") \($0.reason.rawValue)" }
    }

    @Test("an item is read with its optional columns empty, missing or filled")
    func items() throws {
        let header = "code,title,category,brand,price,currency,in_stock"
        let item = ItemRow(
            code: "A1", title: "Mug, blue", category: nil, brand: "Old Mill", price: Price(hundredths: 995),
            currency: "GBP", isInStock: true, locale: nil)
        #expect(
            try readTable("\(header)\nA1,\"Mug, blue\",, Old Mill ,9.95,gbp,TRUE\n", as: ItemFormat()).batch.rows == [
                item
            ])
        let withLocale = try readTable("\(header),locale\nA1,杯,,,9,GBP,false,zh-CN\n", as: ItemFormat()).batch.rows
        #expect(withLocale.map(\.locale) == ["zh-CN"])
        #expect(withLocale.map(\.isInStock) == [false])
    }

    @Test("what is wrong with an item is said with its column")
    func badItems() throws {
        #expect(
            try reasons(
                "code,title,category,brand,price,currency,in_stock,locale",
                [
                    ",T,,,1,GBP,true,", "A, ,,,1,GBP,true,", "A,T,,,one,GBP,true,", "A,T,,,-1,GBP,true,",
                    "A,T,,,1,pound,true,", "A,T,,,1,GBP,yes,", "A,T,,,1,GBP,true,english please", "A,T,,,1,GBP,true",
                ], ItemFormat()) == [
                    "code missing-value", "title missing-value", "price bad-price", "price negative-price",
                    "currency bad-currency", "in_stock bad-boolean", "locale bad-locale", "- field-count",
                ])
    }

    private let customerHeader = "code,name,email,locale,country,region,timezone,consent_email,consent_at,created_at"

    @Test("a customer is read, also one without name, mail address, zone and time of consent")
    func customers() throws {
        let text = """
            \(customerHeader)
            C1,王伟,wei@shop.example,zh,China,Shanghai,Asia/Shanghai,true,2025-01-01T08:00:00+08:00,2024-12-31T00:00:00Z
            C2,,,en,,,,false,,2024-12-31T00:00:00Z
            """
        let rows = try readTable(text, as: CustomerFormat()).batch.rows
        #expect(rows.count == 2)
        #expect(rows[0].name == "王伟")
        #expect(rows[0].consentAt?.description == "2025-01-01T00:00:00Z")
        #expect(rows[0].timeZone == "Asia/Shanghai")
        #expect(rows[1].email == nil && rows[1].timeZone == nil && rows[1].consentAt == nil)
        #expect(!rows[1].consentsToEmail)
    }

    @Test("what is wrong with a customer is said with its column")
    func badCustomers() throws {
        #expect(
            try reasons(
                customerHeader,
                [
                    ",n,,en,,,,true,,2024-12-31T00:00:00Z", "C,n,nobody,en,,,,true,,2024-12-31T00:00:00Z",
                    "C,n,a b@shop.example,en,,,,true,,2024-12-31T00:00:00Z",
                    "C,n,a@localhost,en,,,,true,,2024-12-31T00:00:00Z", "C,n,,,,,,true,,2024-12-31T00:00:00Z",
                    "C,n,,en,,,Asia/Shangai,true,,2024-12-31T00:00:00Z", "C,n,,en,,,,,,2024-12-31T00:00:00Z",
                    "C,n,,en,,,,true,yesterday,2024-12-31T00:00:00Z", "C,n,,en,,,,true,,",
                ], CustomerFormat()) == [
                    "code missing-value", "email bad-email", "email bad-email", "email bad-email",
                    "locale missing-value", "timezone bad-time-zone", "consent_email bad-boolean",
                    "consent_at bad-date", "created_at bad-date",
                ])
    }

    private let eventHeader = "kind,customer,item,at,quantity,price,session,device,order_ref"

    @Test("an event is read, with one piece and no price where the file says nothing")
    func events() throws {
        let text = """
            \(eventHeader)
            view,,P1,2025-06-01T10:00:00Z,,,S1,mobile,
            Purchase,C1,P1,2025-06-01T10:05:00Z,2,2.55,S1,mobile,O7
            """
        #expect(
            try readTable(text, as: EventFormat()).batch.rows == [
                EventRow(
                    kind: .view, customer: nil, item: "P1",
                    at: try #require(Timestamp(rfc3339: "2025-06-01T10:00:00Z")),
                    session: "S1", device: "mobile"),
                EventRow(
                    kind: .purchase, customer: "C1", item: "P1",
                    at: try #require(Timestamp(rfc3339: "2025-06-01T10:05:00Z")), quantity: 2,
                    price: Price(hundredths: 255), session: "S1", device: "mobile", orderReference: "O7"),
            ])
    }

    @Test("what is wrong with an event is one line with file, line, column, value and the way out")
    func badEvents() throws {
        let text = "\(eventHeader)\nglance,C1,P1,2025-06-01T10:00:00Z,,,,,\nview,C1,P1,yesterday,,,,,\n"
        let rejected = try readTable(text, as: EventFormat(), file: "events.csv").batch.rejected
        #expect(
            rejected.map(\.description) == [
                "events.csv:2: kind: \"glance\" is none of the known kinds  →  "
                    + "use view, click, cart, purchase, return, review",
                "events.csv:3: at: \"yesterday\" is no valid date and time  →  "
                    + "write it like 2025-01-31T09:30:00Z (or 2010-12-01 08:26:00 in Online Retail files)",
            ])
        #expect(rejected.map(\.text) == ["glance,C1,P1,2025-06-01T10:00:00Z,,,,,", "view,C1,P1,yesterday,,,,,"])
        #expect(
            try reasons(
                eventHeader,
                [
                    "view,C1,,2025-06-01T10:00:00Z,,,,,", "view,C1,P1,2025-06-01T10:00:00Z,0,,,,",
                    "view,C1,P1,2025-06-01T10:00:00Z,-1,,,,", "view,C1,P1,2025-06-01T10:00:00Z,1.5,,,,",
                    "view,C1,P1,2025-06-01T10:00:00Z,99999999999,,,,", "view,C1,P1,2025-06-01T10:00:00Z,1,-1,,,",
                ], EventFormat()) == [
                    "item missing-value", "quantity zero-quantity", "quantity bad-number", "quantity bad-number",
                    "quantity bad-number", "price negative-price",
                ])
    }

    @Test("columns in another order give the same rows")
    func reordered() throws {
        let text =
            "order_ref,at,item,kind,customer,quantity,price,session,device\nO1,2025-06-01T10:00:00Z,P1,cart,C1,3,1,,\n"
        let row = try #require(try readTable(text, as: EventFormat()).batch.rows.first)
        #expect(row.orderReference == "O1" && row.kind == .cart && row.quantity == 3 && row.customer == "C1")
    }

    @Test("a wrong header ends the file before any row")
    func wrongHeader() {
        #expect(throws: CSVHeaderError.self) { try readTable("kind;customer\nview;C1\n", as: EventFormat()) }
        #expect(throws: CSVHeaderError.self) { try readTable("\"kind,customer\n", as: EventFormat()) }
    }
}
