import Testing

@testable import Shop

@Suite("Price")
struct PriceTests {
    @Test(
        "a decimal number is read exactly",
        arguments: [
            ("2.55", 25_500, "2.55"), ("2.1", 21_000, "2.10"), ("0", 0, "0.00"),
            ("-11062.06", -110_620_600, "-11062.06"),
            ("0.0025", 25, "0.0025"), ("99999999.9999", 999_999_999_999, "99999999.9999"), ("+3", 30_000, "3.00"),
            ("1.50000000", 15_000, "1.50"), ("0.001", 10, "0.001"), ("-0.5", -5_000, "-0.50"),
        ])
    func reads(text: String, amount: Int64, written: String) {
        #expect(Price(text)?.tenThousandths == amount)
        #expect(Price(text)?.description == written)
    }

    @Test(
        "what does not fit numeric(12,4), or is no number, is refused",
        arguments: ["", "-", ".", "1.", ".5", "1.00001", "100000000", "1e3", "1,5", "£2", "NaN", "1.2.3", " 1", "--1"])
    func refuses(text: String) {
        #expect(Price(text) == nil)
    }
}
