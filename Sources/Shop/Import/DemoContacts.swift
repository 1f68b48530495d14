import Postgres

/// Every tenth declines and every fiftieth address bounces, by a hash of the code, so that the same customers do so on
/// every machine. Customers that have a name or an address keep them, and nobody's own answer is overruled.
private let demoContactsStatement: Statement = """
    WITH invented AS (
        SELECT id, code, (hashtext(code)::bigint & 2147483647) AS number
        FROM shop.customer
        WHERE name IS NULL AND email IS NULL
    ), contact AS (
        UPDATE shop.customer
        SET name = ($1::text[])[1 + invented.number % cardinality($1)] || ' '
                || ($2::text[])[1 + invented.number / 97 % cardinality($2)],
            email = CASE WHEN invented.number % 50 = 7 THEN 'bounce-' ELSE 'customer-' END
                || lower(regexp_replace(customer.code, '[^A-Za-z0-9]+', '-', 'g')) || '@shop.example'
        FROM invented WHERE invented.id = customer.id
        RETURNING customer.id, invented.number
    ), consent AS (
        INSERT INTO shop.consent (customer_id, channel, granted, source)
        SELECT id, 'email', number % 10 <> 3, 'invented for the demo' FROM contact
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM contact
    """

private let givenNames = [
    "Alice", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Isla", "Jack", "Kate", "Leo", "Maya", "Noah",
    "Olivia", "Paul", "Quinn", "Rose", "Sam", "Tess", "Uma", "Victor", "Wendy", "Xavier", "Yara", "Zoe",
]

private let familyNames = [
    "Adams", "Brown", "Clark", "Dixon", "Evans", "Foster", "Green", "Hughes", "Irwin", "Jones", "Knight", "Lewis",
    "Moore", "Nash", "Owen", "Price", "Reed", "Shaw", "Turner", "Underwood", "Vaughan", "Walker", "Young",
]

extension ShopImport {
    /// Invents names, addresses at the reserved domain `shop.example`, and consent for customers that have none of them:
    /// for data sets without people, so that a demonstration can deliver mail to a server on this machine.
    ///
    /// - Returns: how many customers were given one.
    public func inventContacts() async throws -> Int {
        try await pool.query(demoContactsStatement, givenNames, familyNames)[0][0]
    }
}
