import Foundation

/// Figures as they stand in a sentence.
struct PlainFigures: Sendable {
    /// ISO 4217.
    let currency: String

    private static let signs = ["GBP": "£", "USD": "$", "EUR": "€", "CNY": "¥", "JPY": "¥"]

    /// `£1,234` from a hundred on, `£12.40` below; currencies without a sign stand as their code.
    func money(_ amount: Double) -> String {
        let figure = amount >= 100 ? Self.whole(amount) : String(format: "%.2f", amount)
        if let sign = Self.signs[currency] { return sign + figure }
        return currency.isEmpty ? figure : "\(currency) \(figure)"
    }

    /// `12%`, with a decimal below ten percent.
    static func percent(_ share: Double) -> String {
        let percent = share * 100
        return percent >= 9.95 || percent < 0.05
            ? String(format: "%.0f%%", percent) : String(format: "%.1f%%", percent)
    }

    /// `1,234`, with a decimal below ten.
    static func count(_ value: Double) -> String {
        value < 9.95 ? trimmed(String(format: "%.1f", value)) : whole(value)
    }

    /// `1 day`, `243 days`.
    static func days(_ days: Double) -> String {
        let figure = whole(days)
        return figure == "1" ? "1 day" : "\(figure) days"
    }

    /// Rounded, with a comma for each thousand.
    static func whole(_ value: Double) -> String {
        var digits = String(format: "%.0f", value)
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits.removeLast(3)
        }
        return ([Substring(digits)] + groups).joined(separator: ",")
    }

    private static func trimmed(_ figure: String) -> String {
        figure.hasSuffix(".0") ? String(figure.dropLast(2)) : figure
    }
}
