/// Which column or path of a file is which field of the shop, and how the file writes values.
///
/// Written as YAML; `docs/import.md` describes all keys, and `docs/examples` has maps.
public struct ImportMap: Sendable {
    /// What a file is imported as.
    public enum Target: String, Sendable, CaseIterable {
        case events, items, customers

        var columns: [ImportColumn] {
            switch self {
            case .events: EventFormat.columns
            case .items: ItemFormat.columns
            case .customers: CustomerFormat.columns
            }
        }
    }

    /// The word that leaves out rows of a kind.
    static let skip: StaticString = "skip"

    /// What the file is imported as.
    public let target: Target
    /// What the file is written in.
    public let encoding: TextEncoding
    /// Whether items that the catalogue does not have are added to it; they have their code for a title.
    public let addsUnknownItems: Bool
    /// Whether customers that nobody knows are added; nothing can be sent to them.
    public let addsUnknownCustomers: Bool
    /// What it says, field by field, for people.
    public let explanation: [Explanation]

    let layout: FileLayout

    /// What a map says about one field.
    public struct Explanation: Sendable, Equatable {
        /// The field.
        public let field: String
        /// Where its text comes from.
        public let source: String
        /// How it is read.
        public let reading: String
    }
}
