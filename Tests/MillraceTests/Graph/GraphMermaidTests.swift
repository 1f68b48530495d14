import Foundation
import Millrace
import Testing

@Suite("Graphs as Mermaid")
struct GraphMermaidTests {
    @Test("a half-done run has a class for each state")
    func nightly() throws {
        #expect(
            try SampleGraphs.nightly().mermaid() == """
                ---
                title: "nightly-personalization · run 12"
                ---
                flowchart LR
                  n0["✓ profiles<br/>profile-rebuild<br/>42s"]
                  n1["✓ train<br/>als-training<br/>3m05s<br/>17/17"]
                  n2["▶ content<br/>content-batch<br/>1m12s<br/>9,812/10,000"]
                  n3["◌ dispatch<br/>campaign-dispatch<br/>blocked"]
                  n0 --> n2
                  n1 --> n2
                  n2 --> n3
                  classDef blocked fill:#f6f8fa,stroke:#818b98,color:#1f2328,stroke-dasharray:4 3
                  class n3 blocked
                  classDef running fill:#ddf4ff,stroke:#0969da,color:#1f2328
                  class n2 running
                  classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#1f2328
                  class n0,n1 succeeded

                """)
    }

    @Test("policies are dotted, and a step without a state has no class")
    func diamond() throws {
        #expect(
            try SampleGraphs.diamond().mermaid() == """
                ---
                title: "diamond"
                ---
                flowchart LR
                  n0["top<br/>plan"]
                  n1["left<br/>count"]
                  n2["right<br/>measure"]
                  n3["bottom<br/>report"]
                  n4["tidy-up<br/>clean"]
                  n0 --> n1
                  n0 --> n2
                  n1 --> n3
                  n2 -. continue .-> n3
                  n0 -. always .-> n4

                """)
    }

    @Test("a nested run is a subgraph")
    func nested() throws {
        #expect(
            try SampleGraphs.nested().mermaid() == """
                ---
                title: "weekly · run 3"
                ---
                flowchart LR
                  n0["✓ import<br/>csv-import<br/>1d3h"]
                  subgraph n1["▶ people<br/>pipeline nightly-personalization<br/>nightly-personalization · run 12<br/>3m20s"]
                    direction LR
                    n1_0["✓ profiles<br/>profile-rebuild<br/>42s"]
                    n1_1["✓ train<br/>als-training<br/>3m05s<br/>17/17"]
                    n1_2["▶ content<br/>content-batch<br/>1m12s<br/>9,812/10,000"]
                    n1_3["◌ dispatch<br/>campaign-dispatch<br/>blocked"]
                    n1_0 --> n1_2
                    n1_1 --> n1_2
                    n1_2 --> n1_3
                  end
                  n2["◌ report<br/>report<br/>blocked"]
                  n0 --> n1
                  n1 --> n2
                  classDef blocked fill:#f6f8fa,stroke:#818b98,color:#1f2328,stroke-dasharray:4 3
                  class n1_3,n2 blocked
                  classDef running fill:#ddf4ff,stroke:#0969da,color:#1f2328
                  class n1,n1_2 running
                  classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#1f2328
                  class n0,n1_0,n1_1 succeeded

                """)
    }

    @Test("an approval is a hexagon")
    func approval() throws {
        #expect(
            try SampleGraphs.approval().mermaid() == """
                ---
                title: "campaign · run 5"
                ---
                flowchart LR
                  n0["✓ draft<br/>writer<br/>12s"]
                  n1{{"⏸ agree<br/>approval<br/>parked 1h06m<br/>waits for approval"}}
                  n2["◌ send<br/>mail<br/>blocked"]
                  n0 --> n1
                  n1 --> n2
                  classDef blocked fill:#f6f8fa,stroke:#818b98,color:#1f2328,stroke-dasharray:4 3
                  class n2 blocked
                  classDef parked fill:#fff8c5,stroke:#9a6700,color:#1f2328
                  class n1 parked
                  classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#1f2328
                  class n0 succeeded

                """)
    }

    @Test("the fourth nested level is only counted")
    func deepest() throws {
        #expect(
            try SampleGraphs.nested(levels: 6).mermaid() == """
                flowchart LR
                  subgraph n0["level-6<br/>pipeline inner"]
                    direction LR
                    subgraph n0_0["level-5<br/>pipeline inner"]
                      direction LR
                      subgraph n0_0_0["level-4<br/>pipeline inner"]
                        direction LR
                        n0_0_0_0["level-3<br/>pipeline inner<br/>1 step inside"]
                      end
                    end
                  end

                """)
    }

    @Test("whatever a name holds, a label is one pair of quotes around text and entities, and ids are plain")
    func strangeNames() throws {
        let lines = try SampleGraphs.strangeNames().mermaid().split(separator: "\n").map(String.init)
        #expect(lines[1] == #"title: "<\"Jahr\" & 'Tag'>""#)
        let labels = lines.filter { $0.contains("[\"") }
        #expect(labels.count == 3)
        for label in labels {
            let entities = label.replacing(/#[0-9]+;/, with: "").replacing("<br/>", with: "")
            #expect(entities.wholeMatch(of: #/\ \ n[0-9]\["[^"<>#&;`|\[\]{}\\]*"\]/#) != nil, "\(label)")
        }
        #expect(labels[1].contains("1#46; say #34;hi#34; #38; #60;go#62;#59; end"))
    }
}
