/// The format of UCI's Online Retail data (Chen, Sain and Guo 2012): one row per line of an invoice.
///
/// | row | becomes |
/// |---|---|
/// | InvoiceNo begins with `C`, or Quantity below zero with a CustomerID | `return` |
/// | Quantity below zero, no CustomerID, no `C` | rejected: stock adjustment |
/// | no CustomerID, UnitPrice zero, and a Description that is no title (empty, "found", "amazon" …) | the same |
/// | UnitPrice below zero (bad debt) | rejected: negative price |
/// | a number or date that cannot be read, no InvoiceNo, no StockCode, Quantity zero | rejected with that reason |
/// | everything else, also without a CustomerID (anonymous) or at a price of zero | `purchase` |
///
/// Duplicate rows stay; the cleaning step of `profile-rebuild` removes them. Times have no zone and are read as UTC.
struct OnlineRetail: RowFormat {
    static let columns = [
        ImportColumn("InvoiceNo"), ImportColumn("StockCode"), ImportColumn("Description"), ImportColumn("Quantity"),
        ImportColumn("InvoiceDate"), ImportColumn("UnitPrice"), ImportColumn("CustomerID"), ImportColumn("Country"),
    ]

    /// Numbers of the columns above.
    private enum Column {
        static let invoice = 0, code = 1, description = 2, quantity = 3, date = 4, price = 5, customer = 6, country = 7
    }

    private struct ItemNotes: Sendable {
        var isProduct: Bool
        var firstSeen: Timestamp
        var titles = Tally<Int32>()
        var prices = Tally<Price>()
    }

    private struct CustomerNotes: Sendable {
        var firstSeen: Timestamp
        var country: Int32
    }

    private var codes = ByteInterner()
    private var customers = ByteInterner()
    private var countries = ByteInterner()
    private var descriptions = ByteInterner()
    /// Whether a description may be a title, by its number.
    private var isTitle: [Bool] = []
    private var itemNotes: [ItemNotes] = []
    private var customerNotes: [CustomerNotes] = []
    private var upperCased: [UInt8] = []
    private var lastInvoice: (number: String, bytes: [UInt8]) = ("", [])

    init() {}

    /// How many items rows have named so far; they are numbered from 0.
    var itemCount: Int { itemNotes.count }

    /// How many customers rows have named so far; they are numbered from 0.
    var customerCount: Int { customerNotes.count }

    /// The code of an item that a row has named.
    func code(ofItem item: Int32) -> String { codes.values[Int(item)] }

    /// The code of a customer whom a row has named.
    func code(ofCustomer customer: Int32) -> String { customers.values[Int(customer)] }

    mutating func row(_ record: RawRecord) throws(RowProblem) -> OnlineRetailRow {
        let invoice = record[Column.invoice].trimmed
        guard let firstOfInvoice = invoice.bytes.first else {
            throw RowProblem(.missingValue, column: Column.invoice)
        }
        let code = record[Column.code].trimmed
        guard !code.isEmpty else { throw RowProblem(.missingValue, column: Column.code) }
        guard let quantity = record[Column.quantity].trimmed.integer, quantity != .min else {
            throw RowProblem(.badNumber, column: Column.quantity)
        }
        guard quantity != 0 else { throw RowProblem(.zeroQuantity, column: Column.quantity) }
        guard let at = Timestamp(invoiceDate: record[Column.date].trimmed) else {
            throw RowProblem(.badDate, column: Column.date)
        }
        guard let price = Price(record[Column.price].trimmed) else {
            throw RowProblem(.badPrice, column: Column.price)
        }
        guard !price.isNegative else { throw RowProblem(.negativePrice, column: Column.price) }

        let customer = Self.withoutDecimals(record[Column.customer].trimmed)
        let isCancellation = firstOfInvoice.asciiUppercased == UInt8(ascii: "C")
        let description = describe(record[Column.description].trimmed)
        let hasTitle = description.map { isTitle[Int($0)] } ?? false
        if customer.isEmpty, !isCancellation {
            guard quantity > 0 else { throw RowProblem(.stockAdjustment) }
            guard price.tenThousandths > 0 || hasTitle else { throw RowProblem(.stockAdjustment) }
        }

        let item = note(code, seen: at)
        let isSale = quantity > 0 && !isCancellation
        if hasTitle, let description { itemNotes[item].titles.count(description) }
        if isSale, price.tenThousandths > 0 { itemNotes[item].prices.count(price) }
        return OnlineRetailRow(
            kind: isSale ? .purchase : .return, invoice: number(invoice), item: Int32(item),
            customer: note(customer, in: record[Column.country].trimmed, seen: at), quantity: abs(quantity), at: at,
            price: price, isProduct: itemNotes[item].isProduct, line: record.line)
    }

    /// Items and customers of the rows read so far; the categories are fit to ask for when the file has ended.
    var catalog: OnlineRetailCatalog {
        let titles = itemNotes.indices.map { item in
            itemNotes[item].titles.mostFrequent(.first).map { descriptions.values[Int($0)] } ?? codes.values[item]
        }
        let categories = OnlineRetailCategories(
            titles: itemNotes.indices.lazy.filter { itemNotes[$0].isProduct }.map { titles[$0] })
        return OnlineRetailCatalog(
            items: itemNotes.enumerated().map { item, notes in
                OnlineRetailCatalog.Item(
                    code: codes.values[item], title: titles[item],
                    category: notes.isProduct ? categories.category(of: titles[item]) : OnlineRetailCategories.other,
                    price: notes.prices.mostFrequent(.last) ?? Price(tenThousandths: 0), isProduct: notes.isProduct,
                    firstSeen: notes.firstSeen)
            },
            customers: customerNotes.enumerated().map { customer, notes in
                OnlineRetailCatalog.Customer(
                    code: customers.values[customer], country: countries.values[Int(notes.country)],
                    firstSeen: notes.firstSeen)
            })
    }

    private mutating func note(_ code: RawField, seen at: Timestamp) -> Int {
        upperCased.removeAll(keepingCapacity: true)
        for byte in code.bytes { upperCased.append(byte.asciiUppercased) }
        let item = upperCased.withUnsafeBufferPointer { codes.number(of: $0) }
        if item == itemNotes.count {
            itemNotes.append(
                ItemNotes(isProduct: OnlineRetailTitle.isProduct(code: codes.values[item]), firstSeen: at))
        } else if at < itemNotes[item].firstSeen {
            itemNotes[item].firstSeen = at
        }
        return item
    }

    private mutating func note(_ code: RawField, in country: RawField, seen at: Timestamp) -> Int32? {
        guard !code.isEmpty else { return nil }
        let customer = customers.number(of: code.bytes)
        let country = Int32(countries.number(of: country.bytes))
        if customer == customerNotes.count {
            customerNotes.append(CustomerNotes(firstSeen: at, country: country))
        } else {
            customerNotes[customer].country = country
            if at < customerNotes[customer].firstSeen { customerNotes[customer].firstSeen = at }
        }
        return Int32(customer)
    }

    private mutating func describe(_ text: RawField) -> Int32? {
        guard !text.isEmpty else { return nil }
        let number = descriptions.number(of: text.bytes)
        if number == isTitle.count { isTitle.append(OnlineRetailTitle.isSane(descriptions.values[number])) }
        return Int32(number)
    }

    /// The invoice as text; rows of one invoice follow each other, so the last one is kept.
    private mutating func number(_ invoice: RawField) -> String {
        if !lastInvoice.bytes.elementsEqual(invoice.bytes) { lastInvoice = (invoice.string, Array(invoice.bytes)) }
        return lastInvoice.number
    }

    /// `17850.0` as `17850`: a spreadsheet makes decimals of numbers in a column that has gaps.
    private static func withoutDecimals(_ customer: RawField) -> RawField {
        var cursor = ByteCursor(customer.bytes)
        guard let digits = cursor.digits(1...18), cursor.take("."), let zeros = cursor.digits(1...18), zeros.value == 0,
            cursor.isAtEnd
        else { return customer }
        return RawField(bytes: UnsafeBufferPointer(rebasing: customer.bytes[..<digits.count]))
    }
}
