import Foundation

/// A row of `customers.csv`: one customer of the shop.
public struct CustomerRow: Sendable, Equatable {
    /// The shop's own code; what events name the customer by.
    public var code: String
    /// How mail addresses the customer; `nil` if unknown.
    public var name: String?
    /// Mail address; `nil` if the shop has none.
    public var email: String?
    /// Language tag such as `en` or `zh-CN`.
    public var locale: String
    /// Country, as the shop writes it; `nil` if unknown.
    public var country: String?
    /// Region within the country; `nil` if unknown.
    public var region: String?
    /// IANA time zone; `nil` if unknown.
    public var timeZone: String?
    /// Whether the customer agreed to marketing mail.
    public var consentsToEmail: Bool
    /// When that was said, yes or no; `nil` if not recorded.
    public var consentAt: Timestamp?
    /// When the shop got to know the customer.
    public var createdAt: Timestamp

    /// A customer with all that a row says.
    public init(
        code: String, name: String?, email: String?, locale: String, country: String?, region: String?,
        timeZone: String?, consentsToEmail: Bool, consentAt: Timestamp?, createdAt: Timestamp
    ) {
        self.code = code
        self.name = name
        self.email = email
        self.locale = locale
        self.country = country
        self.region = region
        self.timeZone = timeZone
        self.consentsToEmail = consentsToEmail
        self.consentAt = consentAt
        self.createdAt = createdAt
    }
}

/// The format of `customers.csv`.
struct CustomerFormat: ShownFormat {
    static let columns = [
        ImportColumn("code", filled: true), ImportColumn("name"), ImportColumn("email"),
        ImportColumn("locale", filled: true), ImportColumn("country"), ImportColumn("region", optional: true),
        ImportColumn("timezone"), ImportColumn("consent_email", .boolean, filled: true),
        ImportColumn("consent_at", .time), ImportColumn("created_at", .time, filled: true),
    ]

    /// Zone names met so far; asking Foundation for each row would be most of the work.
    private var knownZones: [String: Bool] = [:]

    init() {}

    mutating func row(_ record: RawRecord) throws(RowProblem) -> CustomerRow {
        CustomerRow(
            code: try record.required(0), name: record.optional(1), email: try record.email(2),
            locale: try record.requiredLocale(3), country: record.optional(4), region: record.optional(5),
            timeZone: try zone(record, 6), consentsToEmail: try record.boolean(7),
            consentAt: record[8].isEmpty ? nil : try record.timestamp(8), createdAt: try record.timestamp(9))
    }

    private mutating func zone(_ record: RawRecord, _ column: Int) throws(RowProblem) -> String? {
        guard let name = record.optional(column) else { return nil }
        let isKnown = knownZones[name] ?? (TimeZone(identifier: name) != nil)
        knownZones[name] = isKnown
        guard isKnown else { throw RowProblem(.badTimeZone, column: column) }
        return name
    }

    static func cells(_ customer: CustomerRow) -> [String?] {
        [
            customer.code, customer.name, customer.email, customer.locale, customer.country, customer.region,
            customer.timeZone, customer.consentsToEmail ? "true" : "false", customer.consentAt?.description,
            customer.createdAt.description,
        ]
    }

    /// The row as ``CustomerFormat`` reads it.
    static func append(_ customer: CustomerRow, to bytes: inout [UInt8]) {
        bytes.appendCSVRow(cells(customer))
    }
}
