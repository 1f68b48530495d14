/// One row of an Online Retail file that became an event.
///
/// Items, customers and countries are numbers: indices into the ``OnlineRetailCatalog`` of the same file.
struct OnlineRetailRow: Sendable, Equatable {
    /// `purchase`, or `return` for a cancelled or returned line.
    var kind: EventKind
    /// InvoiceNo as it stands, with the `C` of a cancellation.
    var invoice: String
    /// Index into ``OnlineRetailCatalog/items``.
    var item: Int32
    /// Index into ``OnlineRetailCatalog/customers``; `nil` for an anonymous event.
    var customer: Int32?
    /// Pieces bought or returned, always above zero.
    var quantity: Int32
    /// InvoiceDate, read as UTC.
    var at: Timestamp
    /// UnitPrice, never negative.
    var price: Price
    /// `false` for postage, fees, vouchers, discounts and the like.
    var isProduct: Bool
    /// The line of the file on which the row begins.
    var line: Int
}

/// What an Online Retail file says about items and customers, once all of it has been read.
struct OnlineRetailCatalog: Sendable, Equatable {
    /// An item that at least one event names.
    struct Item: Sendable, Equatable {
        /// StockCode, trimmed and in upper case.
        var code: String
        /// The most frequent sane description, or the code where there is none.
        var title: String
        /// See ``OnlineRetailCategories``.
        var category: String
        /// The unit price most rows had; the later one of two that are equally frequent. Zero if never sold at a price.
        var price: Price
        /// `false` for postage, fees, vouchers, discounts and the like.
        var isProduct: Bool
        /// Time of the first event.
        var firstSeen: Timestamp
    }

    /// A customer whom at least one event names.
    struct Customer: Sendable, Equatable {
        /// CustomerID without the `.0` that spreadsheets add.
        var code: String
        /// Country of the last row that names the customer; empty if it has none.
        var country: String
        /// Time of the first event.
        var firstSeen: Timestamp
    }

    var items: [Item]
    var customers: [Customer]
}
