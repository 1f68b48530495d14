import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite struct PipelineGuideTests {
    /// The YAML blocks of the guide with the line each begins on.
    private func blocks(of path: String = "docs/pipelines.md") throws -> [(line: Int, text: String)] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let guide = folder.appending(path: "../../../\(path)").standardizedFileURL
        let lines = try String(contentsOf: guide, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        var blocks: [(line: Int, text: String)] = []
        var block: (line: Int, text: String)?
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("```yaml") {
                block = (index + 1, "")
            } else if line == "```", let finished = block {
                blocks.append(finished)
                block = nil
            } else {
                block?.text += line + "\n"
            }
        }
        #expect(block == nil, "a block is not closed")
        return blocks
    }

    @Test("every definition in the guide is one that is accepted, and has its normal form")
    func definitions() throws {
        let blocks = try blocks()
        #expect(blocks.count >= 12)
        for block in blocks {
            let draft = DefinitionDraft(path: "docs/pipelines.md", bytes: Array(block.text.utf8), plugins: nil)
            let file = try #require(draft.file, "the block on line \(block.line): \(draft.errors)")
            let stored = try PipelineDefinition(
                name: file.definition.name, namespace: file.definition.namespace, json: file.definition.json,
                schedule: file.definition.schedule)
            #expect(stored == file.definition, "the block on line \(block.line)")
        }
    }

    @Test(
        "every definition in the articles is one that is accepted",
        arguments: ["Schedules.md", "Pipelines.md"].map { "Sources/Millrace/Millrace.docc/\($0)" })
    func articles(path: String) throws {
        let blocks = try blocks(of: path)
        #expect(blocks.count >= 2)
        for block in blocks {
            let draft = DefinitionDraft(path: path, bytes: Array(block.text.utf8), plugins: nil)
            #expect(draft.file != nil, "the block on line \(block.line): \(draft.errors)")
        }
    }

    @Test("the database takes every jsonpath in the guide", .database)
    func jsonPaths() async throws {
        var paths: [String] = []
        for block in try blocks() {
            let steps = try definition(block.text).steps
            paths += steps.flatMap { $0.when.map(\.predicate) } + steps.compactMap { $0.forEach?.items }
        }
        #expect(paths.count >= 4)
        for path in paths {
            let isTaken: Bool = try await TestDatabase.current.pool.query(
                "SELECT $1::text::jsonpath IS NOT NULL", path)[0][0]
            #expect(isTaken)
        }
    }

    @Test("the guide shows every key that a definition can have")
    func keys() throws {
        var used: Set<String> = []
        for block in try blocks() {
            let lines = YAMLDocument(block.text).lines.keys
            used.formUnion(lines.filter { $0.components.count == 1 }.map { $0.components[0] })
            for place in lines where place.components.count == 2 && place.components[0] == "schedule" {
                used.insert("schedule.\(place.components[1])")
            }
            for place in lines where place.components.count == 3 && place.components[0] == "steps" {
                used.insert("step.\(place.components[2])")
            }
        }
        let all =
            DefinitionReader.keys + DefinitionReader.scheduleKeys.map { "schedule.\($0)" }
            + DefinitionReader.stepKeys.map { "step.\($0)" }
        #expect(Set(all).subtracting(used).isEmpty)
    }
}
