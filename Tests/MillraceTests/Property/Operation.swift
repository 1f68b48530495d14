import Foundation
import Postgres

@testable import Millrace

/// One thing that somebody does to the engine in a random program.
///
/// A `pick` chooses among what there is when the operation runs, so a program means something at every interleaving.
enum Operation: Sendable, CustomStringConvertible {
    case enqueue([JobSketch])
    case claim(worker: Int, count: Int)
    case end(pick: Int, Ending)
    case stale(pick: Int, Ending)
    case cancel(pick: Int), discard(pick: Int), retry(pick: Int)
    case reschedule(pick: Int, milliseconds: Int), priority(pick: Int, Int)
    case kill(worker: Int), rescue
    case pause(String), drain(String), resume(String)
    case limit(LimitSketch), limitKey(String, maximum: Int?), removeLimit(String)
    case promote, expire, gather, age

    /// How a worker ends an attempt.
    enum Ending: String, Sendable, CaseIterable {
        case complete, fail, failForGood, snooze, release, handOver
    }

    var description: String {
        switch self {
        case .enqueue(let jobs): "enqueue[\(jobs.map(\.description).joined(separator: " "))]"
        case .claim(let worker, let count): "claim(w\(worker),\(count))"
        case .end(let pick, let ending): "\(ending)(\(pick))"
        case .stale(let pick, let ending): "stale-\(ending)(\(pick))"
        case .cancel(let pick): "cancel(\(pick))"
        case .discard(let pick): "discard(\(pick))"
        case .retry(let pick): "retry(\(pick))"
        case .reschedule(let pick, let milliseconds): "reschedule(\(pick),+\(milliseconds))"
        case .priority(let pick, let priority): "priority(\(pick),\(priority))"
        case .kill(let worker): "kill(w\(worker))"
        case .pause(let queue): "pause(\(queue))"
        case .drain(let queue): "drain(\(queue))"
        case .resume(let queue): "resume(\(queue))"
        case .limit(let limit): limit.description
        case .limitKey(let key, let maximum): "limitKey(\(key),\(maximum.map(String.init) ?? "-"))"
        case .removeLimit(let name): "removeLimit(\(name))"
        case .rescue: "rescue"
        case .promote: "promote"
        case .expire: "expire"
        case .gather: "gather"
        case .age: "age"
        }
    }

    static func random(using random: inout SeededRandom) -> Operation {
        let pick = random.below(1000)
        let queue = JobSketch.queues[random.below(JobSketch.queues.count)]
        switch random.below(100) {
        case 0..<27: return .enqueue((0...random.below(4)).map { JobSketch.random(place: $0, using: &random) })
        case 27..<45: return .claim(worker: random.below(4), count: 1 + random.below(5))
        case 45..<63: return .end(pick: pick, Ending.allCases[random.below(Ending.allCases.count)])
        case 63..<66: return .stale(pick: pick, Ending.allCases[random.below(Ending.allCases.count)])
        case 66..<70: return .cancel(pick: pick)
        case 70..<72: return .discard(pick: pick)
        case 72..<75: return .retry(pick: pick)
        case 75..<77: return .reschedule(pick: pick, milliseconds: random.below(100))
        case 77..<80: return .priority(pick: pick, random.below(7) - 3)
        case 80..<82: return .kill(worker: random.below(4))
        case 82..<84: return .rescue
        case 84..<85: return .pause(queue)
        case 85..<86: return .drain(queue)
        case 86..<88: return .resume(queue)
        case 88..<90: return .limit(.random(using: &random))
        case 90..<91: return .limitKey("t\(random.below(3))", maximum: random.chance(50) ? 2 + random.below(2) : nil)
        case 91..<92: return .removeLimit(LimitSketch.names[random.below(LimitSketch.names.count)])
        case 92..<95: return .promote
        case 95..<97: return .expire
        case 97..<98: return .gather
        default: return .age
        }
    }
}

/// A concurrency limit that a program sets.
struct LimitSketch: Sendable, CustomStringConvertible {
    static let names = ["tenant", "queue-a", "all"]

    let name: String
    let permits: Int

    var limit: Limit {
        switch name {
        case "tenant": Limit(name, .concurrency(permits), by: "tenant")
        case "queue-a": Limit(name, .concurrency(permits), queue: "a")
        default: Limit(name, .concurrency(permits + 2))
        }
    }

    var description: String { "limit(\(name),\(permits))" }

    static func random(using random: inout SeededRandom) -> LimitSketch {
        LimitSketch(name: names[random.below(names.count)], permits: 2 + random.below(3))
    }
}
