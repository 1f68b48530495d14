import ArgumentParser
import Foundation
import Millrace
import Postgres

struct PipelineGraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw a run, or a pipeline's definition.",
        discussion: """
            Examples:
              millrace pipeline graph 12
              millrace pipeline graph nightly-personalization            its newest run
              millrace pipeline graph nightly-personalization --definition
              millrace pipeline graph 12 --format svg > run.svg
              millrace pipeline graph 12 --format mermaid >> README.md
            """)

    /// What is drawn with.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, svg, mermaid
    }

    @Argument(help: "A run's number, or a pipeline for its newest run.") var run: String
    @Flag(help: "Draw the pipeline as it is defined now, and no run.") var definition = false
    @Option(help: "text, svg or mermaid.") var format = Format.text
    @Option(help: "Columns for text; those of the terminal, or 100, when left out.") var width: Int?
    @Flag(help: "Draw text with ASCII characters only.") var ascii = false

    func validate() throws {
        if let width, width < 20 { throw ValidationError("--width takes a number from 20 on") }
    }

    func run() async throws {
        let graph = try await Database.withConnection(for: "pipeline graph") { [self] connection in
            guard !definition else { return try await connection.graph(ofPipeline: run) }
            if Int64(run) == nil, try await connection.latestRun(of: run) == nil {
                // It has never run: then what it would do is the best picture there is.
                return try await connection.graph(ofPipeline: run)
            }
            return try await connection.graph(ofRun: try await PipelineCommand.Show.number(of: run, on: connection))
        }
        guard let graph else { throw NoSuchRun(name: run) }
        switch format {
        case .text:
            let options = RunGraph.TextOptions(
                width: width ?? (Terminal.isInteractive ? Terminal.width : 100), characters: ascii ? .ascii : .unicode)
            print(graph.text(options))
        case .svg: print(graph.svg())
        case .mermaid: print(graph.mermaid())
        }
    }
}
