import Foundation

/// A command and its `--name value` options.
package struct Options {
    package let command: String
    private var values: [String: String] = [:]

    package struct Wrong: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package init(_ arguments: [String]) throws {
        command = arguments.count > 1 ? arguments[1] : "help"
        var rest = arguments.dropFirst(2)
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw Wrong(description: "\(name) is no option with a value")
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    package func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw Wrong(description: "--\(name) is missing") }
        return value
    }

    package func text(_ name: String, or other: String) -> String { values[name] ?? other }

    package func integer(_ name: String, or other: Int) throws -> Int {
        guard let value = values[name] else { return other }
        guard let number = Int(value) else { throw Wrong(description: "--\(name) \(value) is no whole number") }
        return number
    }

    package func number(_ name: String, or other: Double) throws -> Double {
        guard let value = values[name] else { return other }
        guard let number = Double(value) else { throw Wrong(description: "--\(name) \(value) is no number") }
        return number
    }
}

/// The text of a file, or an error that names it.
package func readText(_ path: String) throws -> String {
    do {
        return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
        throw Options.Wrong(description: "cannot read \(path): \(error.localizedDescription)")
    }
}
