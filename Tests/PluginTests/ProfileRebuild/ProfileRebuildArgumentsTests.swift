import Foundation
import Millrace
import Postgres
import Testing

@testable import ProfileRebuild

@Suite("Arguments of profile-rebuild")
struct ProfileRebuildArgumentsTests {
    @Test("the published schema is sound, and says that clusters is a number or \"auto\"")
    func schema() throws {
        let schema = ProfileRebuildArguments.schema
        #expect(schema.mistakes.isEmpty)
        #expect(schema.openBecause == nil)
        let text = schema.jsonSchema.text
        #expect(text.contains("\"auto\""))
        #expect(text.contains("anyOf"), "\(text)")
        #expect(
            schema.names.sorted() == [
                "clusters", "half_life_days", "horizon_days", "max_clusters", "min_clusters", "mode", "restarts",
                "seed",
                "shards",
            ])
    }

    @Test("a number, \"auto\", and nothing else is taken for clusters")
    func clusters() throws {
        func decoded(_ json: String) throws -> CountChoice {
            try JSONText(json).decode(ProfileRebuildArguments.self).clusters
        }
        let rest =
            "\"mode\": \"full\", \"min_clusters\": 5, \"max_clusters\": 8, \"restarts\": 1, \"half_life_days\": 30, "
            + "\"horizon_days\": 90, \"shards\": \"auto\", \"seed\": 1}"
        #expect(try decoded("{\"clusters\": 6, " + rest) == .fixed(6))
        #expect(try decoded("{\"clusters\": \"auto\", " + rest) == .auto)
        #expect(throws: DecodingError.self) { try decoded("{\"clusters\": \"many\", " + rest) }
        #expect(throws: DecodingError.self) { try decoded("{\"clusters\": 1.5, " + rest) }
    }

    @Test("arguments are read back as they are written")
    func roundTrip() throws {
        for clusters in [CountChoice.auto, .fixed(3)] {
            var arguments = ProfileRebuildArguments()
            arguments.clusters = clusters
            let read = try JSONText(encoding: arguments).decode(ProfileRebuildArguments.self)
            #expect(read.clusters == clusters)
            #expect(try read.search == (try arguments.search))
        }
    }

    @Test("an empty range is refused for good")
    func emptyRange() {
        var arguments = ProfileRebuildArguments()
        arguments.minClusters = 9
        arguments.maxClusters = 3
        #expect(throws: PermanentFailure.self) { try arguments.search }
    }

    @Test("text for COPY is escaped, and NULL is no text")
    func copyLines() {
        var lines = CopyLines()
        lines.add(7)
        lines.add(text: "a\tb\\c\nd\re")
        lines.add(text: nil)
        lines.add(array: [0, 0.5, -3])
        lines.endRow()
        lines.add(8)
        lines.endRow()
        #expect(String(decoding: lines.take(), as: UTF8.self) == "7\ta\\tb\\\\c\\nd\\re\t\\N\t{0,0.5,-3.0}\n8\n")
        #expect(lines.bytes.isEmpty)
    }
}
