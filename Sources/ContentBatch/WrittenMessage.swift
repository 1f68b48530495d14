import Foundation
import Millrace
import Postgres
import Shop

/// What the database knows of a customer for a message.
struct ContentCustomer: Sendable {
    /// A recommended item, and the past one that it comes from or another reason for it.
    struct Item: Sendable {
        let id: Int32
        let title: String
        let price: String?
        let currency: String
        let reasonID: Int32?
        let reasonTitle: String?
        let origin: String
    }

    let id: Int32
    let name: String?
    let locale: String
    let segment: String?
    let stage: CustomerStage?
    var items: [Item]
}

extension RowSet {
    /// Rows of customers, one per item, as customers with their items, in the same order.
    func groupedByCustomer() throws -> [ContentCustomer] {
        var customers: [ContentCustomer] = []
        for row in self {
            let id: Int32 = try row["customer_id"]
            let item = ContentCustomer.Item(
                id: try row["item_id"], title: try row["title"], price: try row["price"], currency: try row["currency"],
                reasonID: try row["reason_id"], reasonTitle: try row["reason_title"], origin: try row["origin"])
            if customers.last?.id == id {
                customers[customers.count - 1].items.append(item)
            } else {
                let stage: String? = try row["stage"]
                customers.append(
                    ContentCustomer(
                        id: id, name: try row["name"], locale: try row["locale"], segment: try row["segment"],
                        stage: stage.flatMap(CustomerStage.init(rawValue:)), items: [item]))
            }
        }
        return customers
    }
}

/// A customer's message, or the reason why there is none.
struct WrittenMessage: Sendable {
    let customer: Int32
    let version: Int
    let locale: String
    let facts: JSONText
    let filled: MessageTemplate.Filled?
    let problem: String?

    init(
        _ customer: ContentCustomer, of campaign: CampaignEdition,
        _ templates: [String: (version: Int, template: MessageTemplate)]
    ) throws {
        let language = String(customer.locale.prefix { $0.isLetter }).lowercased()
        let wording = Wording(language: templates[language] == nil ? "en" : language)
        let facts = Self.facts(of: customer, campaign, wording)
        self.customer = customer.id
        locale = wording.language
        self.facts = try Self.record(customer)
        guard let (version, template) = templates[wording.language] else {
            self.version = 0
            filled = nil
            problem = "template \"\(campaign.template)\" is in none of the languages \(language), en"
            return
        }
        self.version = version
        do throws(TemplateError) {
            filled = try template.fill(facts)
            problem = nil
        } catch {
            filled = nil
            problem = error.description
        }
    }

    /// Every fact is a value of a table; what is not there is left out, and its slot is then an error.
    private static func facts(of customer: ContentCustomer, _ campaign: CampaignEdition, _ wording: Wording) -> Facts {
        var facts = Facts()
        facts.texts["name"] = customer.name
        facts.texts["segment"] = wording.reader(customer.stage)
        facts.texts["shop"] = campaign.shopName
        facts.texts["unsubscribe"] = campaign.unsubscribe
        facts.texts["item_count"] = String(customer.items.count)
        facts.lists["items"] = customer.items.enumerated().map { index, item in
            var row = ["item.position": String(index + 1), "item.title": item.title]
            row["item.price"] = item.price.flatMap { wording.price($0, item.currency) }
            row["item.reason"] =
                item.reasonTitle.map(wording.reason(boughtBefore:)) ?? wording.reason(origin: item.origin)
            return row
        }
        return facts
    }

    /// What was said and where it came from, for who asks later.
    private static func record(_ customer: ContentCustomer) throws -> JSONText {
        struct Record: Encodable {
            struct Item: Encodable {
                let item_id: Int32, because_item_id: Int32?, price: String?, currency: String
            }
            let name: String?, segment: String?, items: [Item]
        }
        let record = Record(
            name: customer.name, segment: customer.segment,
            items: customer.items.map {
                Record.Item(item_id: $0.id, because_item_id: $0.reasonID, price: $0.price, currency: $0.currency)
            })
        return try JSONText(encoding: record)
    }
}
