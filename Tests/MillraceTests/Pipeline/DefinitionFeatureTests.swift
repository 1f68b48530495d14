import Foundation
import Postgres
import Testing

@testable import Millrace

@Suite struct DefinitionFeatureTests {
    @Test("parameters, conditions, fan-outs, approvals and nested pipelines are read with all their parts")
    func everythingElse() throws {
        let read = try definition(
            """
            pipeline: weekly
            namespace: shop
            parameters:
              campaign: weekly-picks
              day: { description: which day }
              limits: { default: { per-day: 5, all: [1] }, description: how much }
              nothing: null
            deadline: 4h
            schedule:
              every: 90s
              anchor: 2026-01-01T00:00:00+01:00
              overlap: cancel-running
              misfire: skip
              jitter: 1s
              starts: 2026-02-01T00:00:00Z
              ends: 2026-03-01T00:00:00.25Z
              parameters: { day: 2026-01-01, campaign: ~ }
            steps:
              tenants: { plugin: list-tenants }
              train:
                plugin: als-training
                for-each: { step: tenants, items: "$.tenants[*]" }
                args: { tenant: "${item.id}", day: "${parameters.day}", text: "$${item}" }
                needs: [tenants]
                when: { tenants: $.count > 0 }
                backoff: { base: 1s500ms, cap: 10m }
                weight: 1000
                keys: { tenant: "${item.id}" }
              sure: { approval: "Send to everybody?", needs: [train], when: { tenants: "$.ask" }, timeout: 12h }
              send: { pipeline: dispatch, parameters: { run: "${run.id}" }, needs: [sure], when: { train: "$[*].n > 1" } }
            """)
        var train = PipelineStep(
            name: "train",
            work: .plugin(
                "als-training",
                arguments: JSONText(#"{"day":"${parameters.day}","tenant":"${item.id}","text":"$${item}"}"#),
                forEach: .init(step: "tenants", items: "$.tenants[*]")),
            needs: [.init("tenants")])
        train.when = [.init(step: "tenants", predicate: "$.count > 0")]
        train.backoffBase = .milliseconds(1500)
        train.backoffCap = .seconds(600)
        train.weight = 1000
        train.keys = ["tenant": "${item.id}"]
        var sure = PipelineStep(
            name: "sure", work: .approval("Send to everybody?"), needs: [.init("train")], timeout: .seconds(43_200))
        sure.when = [.init(step: "tenants", predicate: "$.ask")]
        var send = PipelineStep(
            name: "send", work: .pipeline("dispatch", parameters: JSONText(#"{"run":"${run.id}"}"#)),
            needs: [.init("sure")])
        send.when = [.init(step: "train", predicate: "$[*].n > 1")]
        #expect(read.namespace == "shop")
        #expect(read.deadline == .seconds(14_400))
        #expect(
            read.parameters == [
                "campaign": PipelineParameter(defaultValue: JSONText(#""weekly-picks""#)),
                "day": PipelineParameter(description: "which day"),
                "limits": PipelineParameter(
                    defaultValue: JSONText(#"{"all":[1],"per-day":5}"#), description: "how much"),
                "nothing": PipelineParameter(defaultValue: JSONText("null")),
            ])
        #expect(read.steps == [PipelineStep(name: "tenants", plugin: "list-tenants"), train, sure, send])
        #expect(
            read.schedule
                == ScheduleDefinition(
                    .every(.seconds(90), anchor: try RFC3339.date("2025-12-31T23:00:00Z")), misfire: .skip,
                    overlap: .cancelRunning, jitter: .seconds(1), starts: try RFC3339.date("2026-02-01T00:00:00Z"),
                    ends: try RFC3339.date("2026-03-01T00:00:00.25Z"),
                    parameters: JSONText(#"{"campaign":null,"day":"2026-01-01"}"#)))
        #expect(
            try PipelineDefinition(name: "weekly", namespace: "shop", json: read.json, schedule: read.schedule) == read)
        #expect(
            try PipelineGraph(read).description == """
                1  tenants  list-tenants
                2  train    als-training       ← tenants
                3  sure     approval           ← train
                4  send     pipeline dispatch  ← sure
                """)
    }

    @Test("an interval counts from 1970 unless said otherwise, and every overlap policy can be named")
    func intervals() throws {
        for (text, overlap) in [
            ("allow", OverlapPolicy.allow), ("skip", .skip), ("queue", .queue), ("cancel-running", .cancelRunning),
        ] {
            let read = try definition(
                "pipeline: p\nschedule: { every: 1s, overlap: \(text) }\nsteps: { a: { plugin: b } }")
            #expect(
                read.schedule
                    == ScheduleDefinition(
                        .every(.seconds(1), anchor: Date(timeIntervalSince1970: 0)), overlap: overlap))
        }
    }
}
