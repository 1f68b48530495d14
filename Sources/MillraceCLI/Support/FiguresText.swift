import Foundation
import Postgres

/// The counts in a step's output, in words: `events read 541,909 · customers 4,334 · segments 6`.
struct FiguresText {
    /// The largest first, which puts what went in before what came out of it; without the zeros.
    let text: String

    /// - Parameter output: JSON text; whatever is no object has no counts.
    init(_ output: String?) {
        let fields = try? JSONDecoder().decode([String: Count].self, from: Data((output ?? "").utf8))
        let counts = (fields ?? [:]).compactMap { name, count in count.number.map { (name: name, number: $0) } }
        text = counts.filter { $0.number > 0 }
            .sorted { ($1.number, $0.name) < ($0.number, $1.name) }
            .map { "\($0.name.replacingOccurrences(of: "_", with: " ")) \(Self.grouped($0.number))" }
            .joined(separator: " · ")
    }

    /// `1234567` as `1,234,567`.
    static func grouped(_ number: Int) -> String {
        number.formatted(.number.locale(Locale(identifier: "en_US")))
    }

    /// A field that may be a whole number.
    private struct Count: Decodable {
        let number: Int?

        init(from decoder: any Decoder) throws {
            number = try? decoder.singleValueContainer().decode(Int.self)
        }
    }
}
