/// An exact amount of money that fits PostgreSQL's `numeric(12,4)`; the currency stands elsewhere.
public struct Price: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The amount in ten-thousandths: 2.55 is 25,500.
    public let tenThousandths: Int64

    /// The largest absolute value: 99,999,999.9999.
    public static let largest = Price(tenThousandths: 999_999_999_999)

    /// An amount in ten-thousandths; must lie within ± ``largest``, which the parsers check.
    public init(tenThousandths: Int64) {
        self.tenThousandths = tenThousandths
    }

    /// An amount in hundredths (pence, cents, fen).
    public init(hundredths: Int) {
        tenThousandths = Int64(hundredths) * 100
    }

    /// Reads a decimal number such as `2.55`; `nil` if it is none or does not fit.
    public init?(_ text: String) {
        var text = text
        let price = text.withUTF8 { Price(RawField(bytes: $0)) }
        guard let price else { return nil }
        self = price
    }

    /// An optional sign, at most 8 digits, and after a point at most 4 digits that are not trailing zeros.
    init?(_ field: RawField) {
        var cursor = ByteCursor(field.bytes)
        let isNegative = cursor.take("-")
        if !isNegative { _ = cursor.take("+") }
        guard let whole = cursor.digits(1...18), whole.value < 100_000_000 else { return nil }
        var fraction = 0
        if cursor.take(".") {
            guard let digits = cursor.digits(1...18) else { return nil }
            fraction = digits.value
            var count = digits.count
            while count < 4 {
                fraction *= 10
                count += 1
            }
            while count > 4 {
                guard fraction % 10 == 0 else { return nil }
                fraction /= 10
                count -= 1
            }
        }
        guard cursor.isAtEnd else { return nil }
        let amount = Int64(whole.value) * 10_000 + Int64(fraction)
        tenThousandths = isNegative ? -amount : amount
    }

    /// Whether the amount is below zero.
    public var isNegative: Bool { tenThousandths < 0 }

    /// The amount as `numeric` reads it, with two to four digits after the point: `2.55`, `-11062.06`, `0.0025`.
    public var description: String {
        let amount = tenThousandths.magnitude
        var fraction = String(amount % 10_000 + 10_000).dropFirst()
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return "\(isNegative ? "-" : "")\(amount / 10_000).\(fraction)"
    }

    /// The amount for arithmetic that need not be exact.
    public var doubleValue: Double { Double(tenThousandths) / 10_000 }

    /// Orders by amount.
    public static func < (left: Price, right: Price) -> Bool { left.tenThousandths < right.tenThousandths }
}
