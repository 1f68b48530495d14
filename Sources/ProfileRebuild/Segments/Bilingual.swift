/// The same in English and in Chinese.
struct Bilingual: Sendable, Hashable {
    var english: String
    var chinese: String

    init(_ english: String, _ chinese: String) {
        self.english = english
        self.chinese = chinese
    }
}
