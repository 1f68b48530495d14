import ArgumentParser
import Foundation
import Postgres

/// A parameter on the command line: `clusters=5`, `campaign=spring`, `regions=["de","at"]`.
struct ParameterText: ExpressibleByArgument {
    let name: String
    /// As JSON.
    let value: JSONText

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = parts.first, !name.isEmpty else { return nil }
        self.name = String(name)
        let text = String(parts[1])
        value = JSONText(Self.isJSON(text) ? text : Self.quoted(text))
    }

    /// All of them as one object; nil for none.
    ///
    /// - Throws: `ValidationError` when a name is given twice.
    static func object(_ parameters: [ParameterText]) throws -> JSONText? {
        guard !parameters.isEmpty else { return nil }
        let names = parameters.map(\.name)
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw ValidationError("parameter \(twice) is given twice")
        }
        return JSONText("{" + parameters.map { "\(quoted($0.name)):\($0.value.text)" }.joined(separator: ",") + "}")
    }

    private static func isJSON(_ text: String) -> Bool {
        do {
            _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            return true
        } catch {
            // It is text then, which is what the caller may well have meant.
            return false
        }
    }

    private static func quoted(_ text: String) -> String { JSONLinesText.quoted(text) }
}
