import Foundation
import Millrace
import Postgres

private let campaignStatement: Statement = """
    SELECT name, template, shop.edition(edition, $2), shop_name, unsubscribe, items FROM shop.campaign WHERE name = $1
    """

private let namesStatement: Statement =
    "SELECT coalesce(string_agg(name, ', ' ORDER BY name), 'none') FROM shop.campaign"

/// A campaign as it stands for one edition.
struct CampaignEdition: Sendable {
    let name: String
    let template: String
    let edition: String
    let shopName: String
    let unsubscribe: String
    let items: Int

    /// Looks a campaign up.
    ///
    /// - Throws: `PermanentFailure` when there is none of that name.
    init(_ name: String, at logicalTime: Date, on session: some Session) async throws {
        guard let row = try await session.first(campaignStatement, name, logicalTime) else {
            let known: String = try await session.query(namesStatement)[0][0]
            throw PermanentFailure("there is no campaign \"\(name)\"  →  known: \(known); add one to shop.campaign")
        }
        (self.name, template, edition, shopName, unsubscribe, items) = try row.decode(
            String.self, String.self, String.self, String.self, String.self, Int.self)
    }
}
