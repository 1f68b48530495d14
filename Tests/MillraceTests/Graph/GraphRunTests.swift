import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("The graph of a run", .database)
struct GraphRunTests {
    /// Lists, fans out, asks, nests, and skips its last step.
    private static let outer: PipelineDefinition = {
        var last = PipelineStep(name: "last", plugin: "scripted", needs: [.init("nest")])
        last.when = [.init(step: "list", predicate: "$.words[*] == \"never\"")]
        return PipelineDefinition(
            name: "outer",
            steps: [
                PipelineStep(name: "list", plugin: "scripted"),
                PipelineStep(
                    name: "each",
                    work: .plugin(
                        "scripted", arguments: JSONText(#"{"word":"${item}"}"#),
                        forEach: .init(step: "list", items: "$.words[*]")), needs: [.init("list")]),
                PipelineStep(name: "ask", work: .approval("Go on?"), needs: [.init("each", onFailure: .continue)]),
                PipelineStep(name: "nest", work: .pipeline("inner"), needs: [.init("ask")]), last,
            ])
    }()

    private func drain(_ worker: ManualWorker, result: String) async throws {
        while case let jobs = try await worker.claim(10), !jobs.isEmpty {
            _ = try await worker.pool.complete(
                jobs.map { Completion(job: $0.id, epoch: $0.epoch, result: JSONText(result)) })
        }
    }

    @Test("a run is drawn with its fan-out, its approval, its nested run and what was skipped, and so is its rerun")
    func run() async throws {
        let database = try TestDatabase.current
        let inner = PipelineDefinition(name: "inner", steps: [PipelineStep(name: "only", plugin: "scripted")])
        try await database.pool.transaction { try await $0.apply([inner, Self.outer], sources: ["a", "b"]) }
        let run = try await database.pool.startRun(of: "outer")
        let worker = try await ManualWorker("a", on: database)
        try await drain(worker, result: #"{"words":["one","two","three"]}"#)

        var graph = try #require(try await database.pool.graph(ofRun: run))
        #expect(graph.title == "outer · run \(run) · running")
        #expect(graph.nodes.map(\.name) == ["list", "each", "ask", "nest", "last"])
        #expect(graph.nodes.map(\.state) == [.succeeded, .succeeded, .blocked, .blocked, .blocked])
        #expect(graph.nodes[1].jobs == 3 && graph.nodes[1].ended == 3)
        #expect(graph.nodes[2].note == "waits for approval")
        #expect(graph.nodes[2].edges == [.init("each", policy: .continue)])

        try await database.pool.approve(run: run, step: "ask", by: "ann")
        try await drain(worker, result: "1")
        graph = try #require(try await database.pool.graph(ofRun: run))
        #expect(graph.title == "outer · run \(run) · succeeded")
        #expect(graph.nodes.map(\.state) == [.succeeded, .succeeded, .succeeded, .succeeded, .skipped])
        #expect(graph.nodes[3].children?.nodes.map(\.state) == [.succeeded])
        #expect(graph.nodes[4].note?.hasPrefix("its condition did not hold") == true)

        let again = try await database.pool.rerun(run, from: ["nest"])
        graph = try #require(try await database.pool.graph(ofRun: again))
        #expect(graph.nodes.prefix(3).allSatisfy { $0.state == .succeeded })
        #expect(graph.nodes[3].children?.nodes.map(\.state) == [.ready])
        #expect(graph.text().contains("nest"))
    }

    @Test("a definition is drawn without states; what is not there is nil")
    func definition() async throws {
        let database = try TestDatabase.current
        let inner = PipelineDefinition(name: "inner", steps: [PipelineStep(name: "only", plugin: "scripted")])
        try await database.pool.transaction { try await $0.apply([inner, Self.outer], sources: ["a", "b"]) }
        let graph = try #require(try await database.pool.graph(ofPipeline: "outer"))
        #expect(graph.nodes.allSatisfy { $0.state == nil })
        #expect(graph.nodes[1].note == "for each $.words[*] of list")
        #expect(try await database.pool.graph(ofPipeline: "nothing") == nil)
        #expect(try await database.pool.graph(ofRun: 99) == nil)
    }
}
