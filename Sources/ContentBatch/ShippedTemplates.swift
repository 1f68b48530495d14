import Foundation

/// The templates that come with the program. A shop adds its own as rows of `shop.template`.
struct ShippedTemplate: Sendable {
    let name: String
    let locale: String
    let subject: String
    let text: String
    let html: String

    static let all = [
        ShippedTemplate(name: "weekly_picks", locale: "en", PackageResources.weekly_picks_en_txt),
        ShippedTemplate(name: "weekly_picks", locale: "zh", PackageResources.weekly_picks_zh_txt),
    ]

    /// A file holds subject, text and HTML, with a line `---` between them.
    private init(name: String, locale: String, _ bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n---\n")
        self.name = name
        self.locale = locale
        subject = parts[0]
        text = parts[1]
        html = parts[2]
    }
}
