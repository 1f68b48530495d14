/// What the features ask of the customers' master data.
struct ShopCustomers: Sendable {
    /// One row of `shop.customer`.
    struct Customer: Sendable {
        var id: Int32
        var country: String?
        var region: String?
        /// IANA name.
        var timezone: String?
    }

    private let byID: [Int32: Customer]
    /// The country that the others are abroad from; `nil` when no country is known.
    let homeCountry: String?

    init(_ customers: some Sequence<Customer>, homeCountry: String?) {
        byID = Dictionary(customers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        self.homeCountry = homeCountry
    }

    subscript(customer: Int32) -> Customer? { byID[customer] }
}
