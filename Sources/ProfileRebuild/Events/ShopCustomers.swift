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
    /// The country of most customers, the first in alphabetical order on a tie; `nil` when no country is known.
    let homeCountry: String?

    init(_ customers: some Sequence<Customer>) {
        byID = Dictionary(customers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        var countries: [String: Int] = [:]
        for customer in byID.values {
            if let country = customer.country { countries[country, default: 0] += 1 }
        }
        homeCountry = countries.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    subscript(customer: Int32) -> Customer? { byID[customer] }
}
