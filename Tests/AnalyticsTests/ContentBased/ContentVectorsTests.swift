import Analytics
import Foundation
import Testing

@Suite("Content vectors")
struct ContentVectorsTests {
    private func value(_ vectors: ContentVectors, item: Int, term: String) -> Double {
        guard let column = vectors.terms.firstIndex(of: term),
            let place = vectors.rows.columns(ofRow: item).firstIndex(of: Int32(column))
        else { return 0 }
        return Double(vectors.rows.values[place])
    }

    /// By hand: three titles, weights of the title only. `red` is in two of three items, `cup` in two, `jug` in one:
    /// idf(red) = idf(cup) = ln(4/3) + 1 = 1.2876821, idf(jug) = ln(4/2) + 1 = 1.6931472.
    /// Item 0 "red cup cup": red 1.2876821, cup (1 + ln 2) · 1.2876821 = 2.1802353; length √(1.2876821² + 2.1802353²) =
    /// 2.5321041; so .5085423 and .8610370. Item 1 "red jug": 1.2876821 and 1.6931472; length 2.1271748; so .6053485 and
    /// .7959605.
    @Test("weights are those worked out by hand")
    func byHand() throws {
        let items = [ItemContent(title: "red cup cup"), ItemContent(title: "Red Jugs"), ItemContent(title: "cup")]
        let vectors = try ContentVectors(items)
        #expect(vectors.terms == ["title:cup", "title:jug", "title:red"])
        #expect(abs(value(vectors, item: 0, term: "title:red") - 0.5085423) < 1e-6)
        #expect(abs(value(vectors, item: 0, term: "title:cup") - 0.8610370) < 1e-6)
        #expect(abs(value(vectors, item: 1, term: "title:red") - 0.6053485) < 1e-6)
        #expect(abs(value(vectors, item: 1, term: "title:jug") - 0.7959605) < 1e-6)
        #expect(value(vectors, item: 2, term: "title:cup") == 1)
        // A user who has item 0 scores item 1 by .5085423 · .6053485 and item 2 by .8610370.
        let history = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [0], values: [5])
        let scores = ContentModel(vectors).scores(rows: 0..<1, of: history)
        #expect(abs(Double(scores[1]) - 0.3078453) < 1e-6)
        #expect(abs(Double(scores[2]) - 0.8610370) < 1e-6)
    }

    @Test("the similarity of two items is the weighted mean of their fields'")
    func fields() throws {
        let options = ContentOptions(titleWeight: 2, categoryWeight: 1, brandWeight: 1, priceWeight: 4, priceBands: 2)
        let items = [
            ItemContent(title: "blue mug", category: "Home > Cups", brand: " Old  Mill ", price: 1),
            ItemContent(title: "blue mug", category: "Home / Plates", brand: "OLD MILL", price: 2),
            ItemContent(title: "green jug", category: "Garden", brand: "New Mill", price: 9),
        ]
        let vectors = try ContentVectors(items, options: options)
        #expect(
            vectors.terms.filter { !$0.hasPrefix("title") } == [
                "brand:new mill", "brand:old mill", "category:garden", "category:home", "category:home > cups",
                "category:home > plates", "price:0", "price:1",
            ])
        let history = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [0], values: [1])
        let scores = ContentModel(vectors).scores(rows: 0..<1, of: history)
        let home = log(4.0 / 3) + 1
        let own = log(4.0 / 2) + 1
        let categories = home * home / (home * home + own * own)
        // Prices 1 | 2, 9: the second item is in another band than the first.
        #expect(abs(Double(scores[1]) - (2 * 1 + 1 * categories + 1 * 1 + 4 * 0) / 8) < 1e-6)
        #expect(scores[2] == 0)
        #expect(abs(Double(scores[0]) - 1) < 1e-6)
    }

    @Test("items without content have empty rows, and equal prices one band")
    func edges() throws {
        let vectors = try ContentVectors([
            ItemContent(title: "?!"), ItemContent(title: "", category: " / ", brand: " ", price: 5),
            ItemContent(title: "cup", price: 5), ItemContent(title: "cup", price: 5),
        ])
        #expect(vectors.rows.columns(ofRow: 0).isEmpty)
        #expect(Set(vectors.terms) == ["title:cup", "price:4"])
        #expect(try ContentVectors([]).itemCount == 0)
        let only = try ContentVectors([ItemContent(title: "cup", price: 0)], options: ContentOptions(priceWeight: 0))
        #expect(only.terms == ["title:cup"])
        #expect(only.rows.values == [1])
    }

    @Test("prices and weights that cannot be are refused")
    func refused() throws {
        for price in [-0.01, .nan, .infinity] {
            #expect(throws: ContentError.self) { try ContentVectors([ItemContent(title: "cup", price: price)]) }
        }
        for options in [
            ContentOptions(titleWeight: -1), ContentOptions(categoryWeight: .nan),
            ContentOptions(brandWeight: .infinity),
            ContentOptions(priceBands: 0),
            ContentOptions(titleWeight: 0, categoryWeight: 0, brandWeight: 0, priceWeight: 0),
        ] {
            #expect(throws: ContentError.self) { try ContentVectors([ItemContent(title: "cup")], options: options) }
        }
        #expect(
            ContentError.invalidPrice(item: 3, price: -1).description
                == "item 3: a price of -1.0  →  give a price of zero or more, or none")
    }
}
