import Foundation
import Postgres

@testable import Millrace

/// A job that a random program enqueues.
struct JobSketch: Sendable, CustomStringConvertible {
    static let queues = ["a", "b"]

    var place: Int
    var queue: String
    var plugin: String
    var tenant: Int?
    var weight = 1
    var priority = 0
    var delayMilliseconds: Int?
    var uniqueKind: Unique.Conflict?
    var uniqueKey = 0
    var period: Int?
    var needsPrevious = false
    var parents: [Int] = []
    var policy = FailurePolicy.stop
    var deadlineMilliseconds: Int?
    var expiryMilliseconds: Int?

    static func random(place: Int, using random: inout SeededRandom) -> JobSketch {
        var sketch = JobSketch(
            place: place, queue: queues[random.below(2)], plugin: random.chance(25) ? "rated" : "scripted")
        if random.chance(60) { sketch.tenant = random.below(3) }
        if random.chance(20) { sketch.weight = 2 }
        if random.chance(40) { sketch.priority = random.below(5) - 2 }
        if random.chance(15) { sketch.delayMilliseconds = random.below(60) }
        if random.chance(30) {
            sketch.uniqueKind = [.reject, .replace, .debounce][random.below(3)]
            sketch.uniqueKey = random.below(2)
            if sketch.uniqueKind == .debounce { sketch.delayMilliseconds = random.below(30) }
            if random.chance(15) { sketch.period = 1 + random.below(50) }
        } else if place > 0, random.chance(35) {
            sketch.needsPrevious = true
        }
        if random.chance(15) { sketch.parents = (0...random.below(2)).map { _ in random.below(1000) } }
        sketch.policy = FailurePolicy.allCases[random.below(3)]
        if random.chance(5) { sketch.deadlineMilliseconds = 10 + random.below(80) }
        if random.chance(5) { sketch.expiryMilliseconds = 10 + random.below(80) }
        return sketch
    }

    /// The text of its unique key. Jobs with a period have keys of their own: these promise less.
    var keyText: String? {
        uniqueKind.map { "\($0.rawValue)\(uniqueKey)\(period == nil ? "" : "-period")" }
    }

    /// - Parameters:
    ///   - known: jobs that were accepted so far, for ``parents``.
    ///   - previousKey: the name in this call of the job before it, if that has one.
    func request(known: [Int64], previousKey: String?) -> JobRequest {
        var request = JobRequest(plugin: plugin, arguments: JSONText(tenant.map { #"{"tenant": "t\#($0)"}"# } ?? "{}"))
        request.queue = queue
        request.weight = weight
        request.priority = priority
        request.delay = delayMilliseconds.map { .milliseconds($0) }
        request.maxAttempts = 3
        request.backoff = Backoff(base: .milliseconds(5), cap: .milliseconds(20))
        request.deadline = deadlineMilliseconds.map { .milliseconds($0) }
        request.expiry = expiryMilliseconds.map { .milliseconds($0) }
        if let uniqueKind, let keyText {
            request.unique = Unique(
                by: .key(keyText), byQueue: false, for: period.map { .milliseconds($0) }, onConflict: uniqueKind,
                maximumWait: uniqueKind == .debounce ? .milliseconds(60) : nil)
        } else {
            request.key = "k\(place)"
        }
        if needsPrevious, let previousKey {
            request.needs = [previousKey]
            request.onFailure[previousKey] = policy
        }
        if !known.isEmpty {
            request.parents = Set(parents.map { known[$0 % known.count] }).sorted().map { JobID($0) }
            for parent in request.parents { request.onFailure["\(parent)"] = policy }
        }
        return request
    }

    var description: String {
        var text = "\(plugin == "rated" ? "R" : "")\(queue)"
        if let tenant { text += "t\(tenant)" }
        if weight > 1 { text += "*\(weight)" }
        if priority != 0 { text += "p\(priority)" }
        if let delayMilliseconds { text += "+\(delayMilliseconds)" }
        if let keyText { text += "=\(keyText)" }
        if needsPrevious { text += "<prev:\(policy)" }
        if !parents.isEmpty { text += "<\(parents.map(String.init).joined(separator: ",")):\(policy)" }
        if let deadlineMilliseconds { text += "!\(deadlineMilliseconds)" }
        if let expiryMilliseconds { text += "?\(expiryMilliseconds)" }
        return text
    }
}
