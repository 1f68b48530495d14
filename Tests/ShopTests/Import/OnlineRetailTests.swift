import Testing

@testable import Shop

@Suite("Online Retail")
struct OnlineRetailTests {
    private static let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

    private func read(_ rows: String) throws -> (batch: RowBatch<OnlineRetailRow>, format: OnlineRetail) {
        try readTable(Self.header + rows, as: OnlineRetail())
    }

    /// What becomes of one row: its kind, or the reason of the reject.
    private func outcome(_ row: String) throws -> String {
        let batch = try read(row).batch
        #expect(batch.rows.count + batch.rejected.count == 1)
        return batch.rows.first?.kind.rawValue ?? batch.rejected.first?.reason.rawValue ?? "nothing"
    }

    @Test(
        "each kind of row is classified as documented",
        arguments: [
            ("536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom", "purchase"),
            ("536365,85123A,WHITE HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom", "purchase"),
            ("536544,21773,DECORATIVE ROSE,1,2010-12-01 14:32:00,2.51,,United Kingdom", "purchase"),
            ("536544,21773,DECORATIVE ROSE,1,2010-12-01 14:32:00,0.0,,United Kingdom", "purchase"),
            ("536544,21773,,1,2010-12-01 14:32:00,0.0,17850.0,United Kingdom", "purchase"),
            ("536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom", "stock-adjustment"),
            ("536414,22139,found,56,2010-12-01 11:52:00,0.0,,United Kingdom", "stock-adjustment"),
            ("536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom", "stock-adjustment"),
            ("C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom", "return"),
            ("C537251,22429,ENAMEL JUG,-2,2010-12-06 10:45:00,4.25,,United Kingdom", "return"),
            ("c537251,22429,ENAMEL JUG,2,2010-12-06 10:45:00,4.25,1,United Kingdom", "return"),
            ("537251,22429,ENAMEL JUG,-2,2010-12-06 10:45:00,4.25,17850.0,United Kingdom", "return"),
            ("A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom", "negative-price"),
            ("536365,85123A,WHITE HOLDER,6,2010-13-01 08:26:00,2.55,17850.0,UK", "bad-date"),
            ("536365,85123A,WHITE HOLDER,six,2010-12-01 08:26:00,2.55,17850.0,UK", "bad-number"),
            ("536365,85123A,WHITE HOLDER,0,2010-12-01 08:26:00,2.55,17850.0,UK", "zero-quantity"),
            ("536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.5.5,17850.0,UK", "bad-price"),
            ("536365, ,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,UK", "missing-value"),
            (",85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,UK", "missing-value"),
        ])
    func classified(row: String, expected: String) throws {
        #expect(try outcome(row) == expected)
    }

    @Test("a row becomes numbers, and the catalog says what they stand for")
    func values() throws {
        let (batch, format) = try read(
            """
            536365, 85123a ,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
            C536366,85123A,WHITE HOLDER,-2,2010-12-02 09:00:00,2.55,13047.0,France
            536367,POST,POSTAGE,1,2010-12-02 09:01:00,18.0,17850,EIRE
            536368,71053,LANTERN,1,2010-12-01 09:01:00,3.0,,EIRE
            """)
        let catalog = format.catalog
        #expect(batch.rows.map(\.item) == [0, 0, 1, 2])
        #expect(batch.rows.map(\.customer) == [0, 1, 0, nil])
        #expect(batch.rows.map(\.quantity) == [6, 2, 1, 1])
        #expect(batch.rows.map(\.isProduct) == [true, true, false, true])
        #expect(batch.rows.map(\.invoice) == ["536365", "C536366", "536367", "536368"])
        #expect(batch.rows.map(\.line) == [2, 3, 4, 5])
        #expect(batch.rows[0].at.description == "2010-12-01T08:26:00Z")
        #expect(batch.rows[0].price == Price(hundredths: 255))
        #expect(catalog.items.map(\.code) == ["85123A", "POST", "71053"])
        #expect(catalog.customers.map(\.code) == ["17850", "13047"])
        #expect(catalog.customers.map(\.country) == ["EIRE", "France"])
        #expect(format.code(ofItem: 1) == "POST" && format.code(ofCustomer: 1) == "13047")
    }

    @Test("the most frequent sane description is the title, the most frequent sales price the price")
    func catalog() throws {
        let (_, format) = try read(
            """
            1,A,damaged,1,2011-01-02 10:00:00,1.00,7,UK
            2,A,damaged,1,2011-01-02 10:00:00,1.00,7,UK
            3,A,OLD NAME,1,2011-01-01 10:00:00,3.00,7,UK
            4,A,NEW  NAME,1,2011-01-02 10:00:00,2.00,7,UK
            5,A,NEW  NAME,1,2011-01-02 10:00:00,2.00,7,UK
            C6,A,NEW  NAME,-1,2011-01-02 10:00:00,9.00,7,UK
            7,B,?,1,2011-01-02 10:00:00,0.00,7,UK
            """)
        let items = format.catalog.items
        #expect(items.map(\.title) == ["NEW  NAME", "B"])
        #expect(items.map(\.price) == [Price(hundredths: 200), Price(hundredths: 0)])
        #expect(items[0].firstSeen.description == "2011-01-01T10:00:00Z")
        #expect(items[1].isProduct == false)
    }

    @Test(
        "codes of postage, fees, vouchers and manual entries are no products",
        arguments: [
            "POST", "D", "M", "DOT", "BANK CHARGES", "AMAZONFEE", "CRUK", "C2", "PADS", "S", "B", "GIFT_0001_20",
        ])
    func services(code: String) {
        #expect(!OnlineRetailTitle.isProduct(code: code))
        #expect(OnlineRetailTitle.isProduct(code: "DCGS0076"))
    }

    @Test(
        "notes of the warehouse are no titles",
        arguments: [
            "damaged", "Damaged", "?", "check", "CHECK", "??? missing", "sold as set on dotcom",
            "Unsaleable, destroyed.",
            "thrown away", "Amazon", "wet pallet", "FOUND", "20713", "ab",
        ])
    func notes(text: String) {
        #expect(!OnlineRetailTitle.isSane(text))
    }

    @Test(
        "titles are titles",
        arguments: [
            "WHITE HANGING HEART T-LIGHT HOLDER", "BLACK CHECK CUSHION", "Dr. Jam's Arouzer Stress Ball",
            "POLYESTER FILLER PAD 40x40cm", "*USB Office Mirror Ball", "3 TRADITIONAl BISCUIT CUTTERS  SET", "珐琅杯子",
        ])
    func titles(text: String) {
        #expect(OnlineRetailTitle.isSane(text))
    }

    @Test(
        "the head noun of a title is the thing",
        arguments: [
            ("WHITE HANGING HEART T-LIGHT HOLDER", "holder"), ("S/6 WOODEN SKITTLES IN COTTON BAG", "skittle"),
            ("ALARM CLOCK BAKELIKE PINK", "bakelike"), ("SET OF 6 KITCHEN KNIVES", "knive"),
            ("BOX OF 24 PARTY CARDS", "card"),
            ("JAM JAR WITH GREEN LID", "jar"), ("TWO GLASS DISHES", "dish"), ("PINK FAIRIES", "fairy"),
            ("GIFT FOR DAD", "gift"),
        ])
    func headNouns(title: String, noun: String) {
        #expect(OnlineRetailCategories.headNoun(of: title) == noun)
    }

    @Test("a head noun is a category from fifteen items on, and gathers titles that only contain it")
    func categories() {
        let clocks = (0..<15).map { "MODEL \($0) CLOCK" }
        let lamps = (0..<14).map { "MODEL \($0) LAMP" }
        let categories = OnlineRetailCategories(titles: clocks + lamps)
        #expect(categories.category(of: clocks[3]) == "clock")
        #expect(categories.category(of: "ALARM CLOCK BAKELIKE PINK") == "clock")
        #expect(categories.category(of: lamps[0]) == "other")
        #expect(categories.category(of: "") == "other")
    }

    @Test("numbers of byte strings are dense, stable and right after growing")
    func interner() {
        var interner = ByteInterner()
        for round in 0..<2 {
            for number in 0..<5000 {
                var key = "key \(number * 7919) \(number)"
                let found = key.withUTF8 { interner.number(of: $0) }
                #expect(found == number, "round \(round)")
            }
        }
        #expect(interner.count == 5000 && interner.values[42] == "key \(42 * 7919) 42")
    }
}
