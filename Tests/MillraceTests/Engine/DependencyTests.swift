import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Dependencies", .database)
struct DependencyTests {
    @Test("a job runs after the jobs it needs, and can read their results")
    func needs() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add(job.arguments.word)
            let results = try await job.parentResults(as: String.self)
            try await job.complete(result: (results + [job.arguments.word]).joined(separator: "+"))
        }
        try await database.withWorker(registry) {
            let ids = try await database.pool.enqueue([
                try Scripted.request("last", key: "last", needs: ["left", "right"]),
                try Scripted.request("left", key: "left"), try Scripted.request("right", key: "right"),
            ])
            let standing = try await database.end(of: ids[0])
            #expect(standing.result?.text == "\"left+right+last\"")
        }
        #expect(notes.all.last == "last")
    }

    @Test("waiting for a job that has ended already, or ends at that very moment, is no wait for ever")
    func endedParents() async throws {
        let database = try TestDatabase.current
        try await database.withWorker(try .scripted { _ in }) {
            for round in 0..<40 {
                let parent = try await database.pool.enqueue(try Scripted.request("parent \(round)"))
                if round % 2 == 0 { _ = try await database.end(of: parent) }
                var child = try Scripted.request("child \(round)")
                child.parents = [parent]
                let standing = try await database.end(of: try await database.pool.enqueue(child))
                #expect(standing.state == .succeeded)
            }
        }
    }

    @Test("children carry the work on, and who waited for the parent waits for their fan-in")
    func fanOut() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add(job.arguments.word)
            switch job.arguments.word {
            case "split":
                try await job.complete(
                    result: "split", spawning: try (0..<20).map { try Scripted.request("part \($0)") },
                    then: try Scripted.request("join"))
            case "join":
                try await job.complete(result: try await job.parentResults(as: String.self).count)
            default:
                try await job.complete(result: job.arguments.word)
            }
        }
        try await database.withWorker(registry) {
            let ids = try await database.pool.enqueue([
                try Scripted.request("split", key: "split"),
                try Scripted.request("after", key: "after", needs: ["split"]),
            ])
            #expect(try await database.end(of: ids[1]).state == .succeeded)
            #expect(try await database.end(of: ids[0]).result?.text == "20")
        }
        #expect(notes.all.first == "split")
        #expect(notes.all.suffix(2) == ["join", "after"])
        #expect(notes.all.count == 23)
    }

    @Test("a barrier over children without a successor ends by itself")
    func barrier() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { job in
            if job.arguments.word == "split" {
                try await job.complete(
                    result: 1, spawning: [try Scripted.request("a"), try Scripted.request("b")], then: nil)
            }
        }
        try await database.withWorker(registry) {
            let id = try await database.pool.enqueue(try Scripted.request("split"))
            #expect(try await database.end(of: id).state == .succeeded)
        }
        let open: Int = try await database.pool.query(
            "SELECT (SELECT count(*) FROM millrace.deferred) + (SELECT count(*) FROM millrace.dependency)")[0][0]
        #expect(open == 0)
    }

    @Test(
        "what waits for a job that did not succeed is cancelled, or runs, as its edge says",
        arguments: [
            ("fails", FailurePolicy.stop, JobState.cancelled), ("fails", .continue, .succeeded),
            ("fails", .always, .succeeded), ("is cancelled", .stop, .cancelled),
            ("is cancelled", .continue, .cancelled), ("is cancelled", .always, .succeeded),
        ])
    func failurePolicies(_ end: String, _ policy: FailurePolicy, _ expected: JobState) async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { job in
            if job.arguments.word == "bad" { throw PermanentFailure("on purpose") }
        }
        var bad = try Scripted.request("bad", key: "bad")
        if end == "is cancelled" { bad.delay = .seconds(3600) }
        var waiter = try Scripted.request("waiter", needs: ["bad"])
        waiter.onFailure = ["bad": policy]
        try await database.withWorker(registry) { [bad, waiter] in
            let ids = try await database.pool.enqueue([bad, waiter])
            if end == "is cancelled" { _ = try await database.pool.cancel(ids[0]) }
            let standing = try await database.end(of: ids[1])
            #expect(standing.state == expected)
            if expected == .cancelled {
                #expect(standing.reason?.contains("job \(ids[0]), which it waited for,") == true)
            }
        }
    }

    @Test("of many parents that end at once exactly one releases the job that waits for them")
    func concurrentParents() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in notes.add(job.arguments.word) }
        let options = WorkerOptions(name: "wide", slots: 16, pollInterval: .milliseconds(50))
        try await database.withWorker(registry, options: options) {
            for round in 0..<10 {
                let keys = (0..<16).map { "p\($0)" }
                let ids = try await database.pool.enqueue(
                    try keys.map { try Scripted.request("parent", key: $0) }
                        + [try Scripted.request("child \(round)", needs: keys)])
                try await database.pool.ringDoorbell()
                #expect(try await database.end(of: ids[16]).state == .succeeded)
            }
        }
        #expect(notes.all.filter { $0.hasPrefix("child") }.count == 10)
    }
}
