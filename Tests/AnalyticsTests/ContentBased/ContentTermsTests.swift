import Analytics
import Testing

@Suite("Terms of content")
struct ContentTermsTests {
    @Test(
        "English gives words without plurals, Chinese gives pairs of characters, and titles may mix them",
        arguments: [
            ("RED Retro-spot CUPS, set of 3", ["red", "retro", "spot", "cup", "set", "of", "3"]),
            ("men's berries and Glasses of the virus", ["men", "berry", "and", "glasse", "of", "the", "virus"]),
            ("纯棉衬衫", ["纯棉", "棉衬", "衬衫"]),
            ("杯", ["杯"]),
            ("Tommy 棉质衬衫 shirts", ["tommy", "棉质", "质衬", "衬衫", "shirt"]),
            ("iPhone15手机壳(红)", ["iphone15", "手机", "机壳", "红"]),
            ("ＡＢＣ１２３　红，色", ["abc123", "红", "色"]),
            ("Café ÉTUI Straße", ["café", "étui", "straße"]),
            ("カップ 커피잔", ["カッ", "ップ", "커피", "피잔"]),
            ("", []), (" -'!?… ", []), ("'tis", ["tis"]), ("bus buses trees gas", ["bus", "buse", "tree", "gas"]),
        ])
    func terms(_ text: String, _ expected: [String]) {
        #expect(contentTerms(text) == expected)
    }
}
