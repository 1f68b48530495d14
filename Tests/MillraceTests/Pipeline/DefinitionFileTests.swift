import Foundation
import Testing

@testable import Millrace

/// A folder of files that goes when the test ends.
private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "definitions-\(UUID())")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: url.appending(path: name)) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record(error)
        }
    }
}

private func good(_ name: String) -> String { "pipeline: \(name)\nsteps: { a: { plugin: greet } }\n" }

@Suite struct DefinitionFileTests {
    @Test("a folder gives its definitions in the order of the files' names, and nothing else")
    func folder() throws {
        let folder = try Folder([
            "b.yml": good("second"), "a.yaml": good("first"), ".c.yaml": "[", "README.md": "# no definition",
        ])
        let files = try DefinitionFile.load(directory: folder.path)
        #expect(files.map(\.definition.name) == ["first", "second"])
        #expect(files.map(\.path) == ["\(folder.path)/a.yaml", "\(folder.path)/b.yml"])
        #expect(files[0].text == good("first"))
        #expect(try DefinitionFile.load(directory: folder.path + "/").map(\.path) == files.map(\.path))
        #expect(try DefinitionFile.load(path: folder.path + "/b.yml") == files[1])
        #expect(
            try DefinitionFile.load(paths: files.map(\.path).reversed()).map(\.definition.name) == ["second", "first"])
    }

    @Test("all errors of a folder are listed, also pipelines of the same name")
    func allErrors() throws {
        let folder = try Folder([
            "a.yaml": "# one\n" + good("nightly"), "b.yaml": "steps: [\n", "c.yaml": good("nightly") + "x: 1\n",
            "d.yaml": good("weekly"),
        ])
        let error = #expect(throws: DefinitionErrors.self) { try DefinitionFile.load(directory: folder.path) }
        #expect(
            error?.description.replacing(folder.path + "/", with: "") == """
                b.yaml:2: did not find expected node content while parsing a flow node  →  check the indentation and \
                the quotes; quote a text that holds ": " or " #"
                c.yaml:1: pipeline: "nightly" is defined in a.yaml:2 already  →  rename one of them
                c.yaml:3: x: there is no such key  →  use pipeline, namespace, parameters, deadline, schedule or steps
                """)
    }

    @Test("a file or folder that is not there is named")
    func missing() throws {
        let folder = try Folder(["notes.txt": ""])
        var error = #expect(throws: DefinitionErrors.self) { try DefinitionFile.load(directory: folder.path) }
        #expect(
            error?.description == """
                \(folder.path): the folder has no *.yaml or *.yml file in it  →  put definitions there, or name another \
                folder
                """)
        error = #expect(throws: DefinitionErrors.self) { try DefinitionFile.load(path: "nowhere/x.yaml") }
        #expect(error?.description == "nowhere/x.yaml: there is no such file  →  check the path")
        error = #expect(throws: DefinitionErrors.self) { try DefinitionFile.load(directory: "nowhere") }
        #expect(error?.description == "nowhere: there is no such file  →  check the path")
    }

    @Test("a definition that was read without plugins can be checked later, with its lines")
    func validation() throws {
        let folder = try Folder(["a.yaml": good("nightly")])
        let file = try DefinitionFile.load(path: folder.path + "/a.yaml")
        let greet = PluginDescription(
            name: "greet", version: 1, summary: "", schema: ArgumentSchema(reflecting: [String: Int].self),
            defaults: JobDefaults())
        try file.validate(against: [greet])
        let error = #expect(throws: DefinitionErrors.self) { try file.validate(against: []) }
        #expect(error?.errors.map(\.line) == [2])
        #expect(error?.errors.map(\.key) == ["steps.a.plugin"])
    }
}
