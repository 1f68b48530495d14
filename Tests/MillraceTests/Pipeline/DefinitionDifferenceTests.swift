import Foundation
import Postgres
import Testing

@testable import Millrace

@Suite struct DefinitionDifferenceTests {
    private let before = """
        pipeline: p
        parameters: { campaign: weekly, day: {}, old: 1 }
        steps:
          a: { plugin: x, args: { n: 1 } }
          b: { plugin: x, needs: [a] }
          c: { approval: Sure?, needs: [b] }
          d: { plugin: x, priority: 1 }
        """

    @Test("every part that changes has its line")
    func everything() throws {
        let after = """
            pipeline: p
            parameters: { campaign: daily, day: { description: which }, new: { default: [2] }, must: {} }
            deadline: 4h
            steps:
              a:
                plugin: y
                args: { n: 2 }
                queue: heavy
                priority: 5
                max-attempts: 3
                timeout: 1m
                backoff: { base: 1s, cap: 2s }
                weight: 2
                keys: { tenant: acme }
              b:
                plugin: x
                needs: [{ step: a, on-failure: always }, e]
                when: { a: $.n > 1 }
                for-each: { step: a, items: "$[*]" }
              c: { approval: "Really?", needs: [b], timeout: 1h }
              e: { plugin: x }
              f: { pipeline: q }
            """
        #expect(
            try definition(after).differences(from: definition(before)) == [
                #"~   parameter campaign: "weekly" → "daily""#,
                "~   parameter day: description",
                "+   parameter must, must be given",
                "+   parameter new = [2]",
                "-   parameter old",
                "~   deadline - → 4h",
                "-   step d: x",
                #"~   step a: plugin x → y; args {"n":1} → {"n":2}; queue - → heavy; priority - → 5; max-attempts - → 3; "#
                    + "timeout - → 1m; backoff base - → 1s; backoff cap - → 2s; weight - → 2; keys - → tenant: acme",
                "~   step b: for-each - → $[*] of a; needs [a] → [a (always), e]; when - → a: $.n > 1",
                #"~   step c: message "Sure?" → "Really?"; timeout - → 1h"#,
                "+   step e: x",
                "+   step f: pipeline q",
            ])
    }

    @Test("another kind of work and another order are told, and nothing where nothing differs")
    func others() throws {
        let old = try definition(before)
        #expect(old.differences(from: old).isEmpty)
        var new = old
        new.steps.swapAt(0, 3)
        #expect(new.differences(from: old) == ["~   order of the steps"])
        new = old
        new.steps[0].work = .pipeline("q", parameters: JSONText(#"{"n":1}"#))
        #expect(new.differences(from: old) == ["~   step a: work x → pipeline q"])
        new = old
        new.deadline = .seconds(60)
        #expect(new.differences(from: old) == ["~   deadline - → 1m"])
    }

    @Test("a new definition is told with all its parts")
    func additions() throws {
        var new = try definition(before)
        new.deadline = .seconds(60)
        #expect(
            new.asAdditions == [
                #"+   parameter campaign = "weekly""#, "+   parameter day, must be given", "+   parameter old = 1",
                "+   deadline 1m", "+   step a: x", "+   step b: x", "+   step c: approval", "+   step d: x",
            ])
        var schedule = ScheduleDefinition(.every(.seconds(90), anchor: Date(timeIntervalSince1970: 0)))
        #expect(schedule.bounds.isEmpty)
        schedule.starts = try RFC3339.date("2026-01-01T00:00:00Z")
        schedule.ends = try RFC3339.date("2026-02-01T00:00:00Z")
        schedule.parameters = JSONText(#"{"day":1}"#)
        #expect(schedule.bounds == #" from 2026-01-01T00:00:00+00:00 until 2026-02-01T00:00:00+00:00 with {"day":1}"#)
    }
}
