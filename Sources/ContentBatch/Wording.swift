import Foundation
import Shop

/// The few words that stand between facts, by language.
struct Wording: Sendable {
    /// `en` or `zh`; other languages have templates but the words of English.
    let language: String

    /// Why an item is recommended.
    func reason(boughtBefore title: String) -> String {
        language == "zh" ? "因为您买过「\(title)」" : "because you bought \(title)"
    }

    /// Why an item is recommended that no past one led to: it is liked by many, or it was tried on purpose.
    ///
    /// - Parameter origin: as `shop.recommendation` has it. Nil for one that needs a past item to be explained.
    func reason(origin: String) -> String? {
        switch (language, origin) {
        case ("zh", "popular"): "很多顾客都喜欢"
        case ("zh", "new"): "新品上架，也许合您心意"
        case ("zh", "explored"): "也许会给您一点新灵感"
        case (_, "popular"): "liked by many of our customers"
        case (_, "new"): "new in our shop"
        case (_, "explored"): "something new for a change"
        default: nil
        }
    }

    /// What a message calls its reader, as the end of "you are …". The segment's own name is for the shop's people: nobody
    /// wants to read of themselves that they are a lapsed bargain hunter.
    ///
    /// - Parameter stage: nil for a customer of whom no profile could be made.
    func reader(_ stage: CustomerStage?) -> String {
        switch (language, stage) {
        case ("zh", .new): "新朋友"
        case ("zh", .regular): "老顾客"
        case ("zh", .occasional), ("zh", nil): "顾客"
        case ("zh", .lapsed): "许久未见的老朋友"
        case (_, .new): "one of our new customers"
        case (_, .regular): "one of our regular customers"
        case (_, .occasional), (_, nil): "one of our customers"
        case (_, .lapsed): "a customer whom we have not seen for a while"
        }
    }

    /// A price from the catalogue's exact decimal, with two digits: `£2.55`. Nil for a price that is none.
    func price(_ amount: String, _ currency: String) -> String? {
        guard let value = Decimal(string: amount, locale: Locale(identifier: "en_US_POSIX")), value > 0 else {
            return nil
        }
        var exact = value
        var rounded = Decimal()
        NSDecimalRound(&rounded, &exact, 2, .plain)
        var parts = "\(rounded)".split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 { parts.append("") }
        let digits = parts[0] + "." + parts[1].padding(toLength: 2, withPad: "0", startingAt: 0)
        let symbols = ["GBP": "£", "EUR": "€", "USD": "$", "CNY": "¥", "JPY": "¥"]
        return symbols[currency].map { $0 + digits } ?? "\(currency) \(digits)"
    }
}
