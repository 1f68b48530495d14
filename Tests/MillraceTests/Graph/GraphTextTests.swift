import Millrace
import Testing

@Suite("Graphs as text")
struct GraphTextTests {
    @Test("a chain is one line of boxes")
    func chain() throws {
        let text = try SampleGraphs.chain().text()
        #expect(
            text == """
                backup · run 7

                ┌──────────────┐   ┌────────────────────────┐   ┌────────────────────┐
                │ ✓ dump  8.4s ├──►│ ✗ upload  failed 1h02m ├──►│ ⊘ prune  cancelled │
                │ pg-dump      │   │ s3-put                 │   │ s3-prune           │
                └──────────────┘   └────────────────────────┘   └────────────────────┘

                """)
    }

    @Test("a diamond forks and joins, and edges that go on after a failure are dashed and explained")
    func diamond() throws {
        let text = try SampleGraphs.diamond().text()
        #expect(
            text == """
                diamond

                            ┌─────────┐
                         ╭─►│ left    ├─╮  ┌────────┐
                         │  │ count   │ ╰─►│ bottom │
                         │  └─────────┘ ╭╌►│ report │
                ┌──────┐ │  ┌─────────┐ ╎  └────────┘
                │ top  ├─┴─►│ right   ├╌╯
                │ plan ├┈╮  │ measure │
                └──────┘ ┊  └─────────┘
                         ┊  ┌─────────┐
                         ╰┈►│ tidy-up │
                            │ clean   │
                            └─────────┘

                ╌╌► runs after a failure too   ┈┈► runs in any case

                """)
    }

    @Test("the nightly pipeline, half done")
    func nightly() throws {
        let text = try SampleGraphs.nightly().text()
        #expect(
            text == """
                nightly-personalization · run 12

                ┌─────────────────┐
                │ ✓ profiles  42s ├─╮
                │ profile-rebuild │ │  ┌────────────────────┐
                └─────────────────┘ │  │ ▶ content    1m12s │   ┌─────────────────────┐
                ┌─────────────────┐ ├─►│ content-batch      ├──►│ ◌ dispatch  blocked │
                │ ✓ train   3m05s │ │  │ 9,812/10,000 · 98% │   │ campaign-dispatch   │
                │ als-training    ├─╯  └────────────────────┘   └─────────────────────┘
                │ 17/17 · 100%    │
                └─────────────────┘

                """)
    }

    @Test("what is too wide from left to right goes from top to bottom, here in ASCII")
    func nightlyDown() throws {
        let text = try SampleGraphs.nightly().text(.init(width: 70, characters: .ascii))
        #expect(
            text == """
                nightly-personalization - run 12

                +-----------------+  +----------------+
                | * profiles  42s |  | * train  3m05s |
                | profile-rebuild |  | als-training   |
                +--------+--------+  | 17/17 - 100%   |
                         |           +-------+--------+
                         +---------+---------+
                                   v
                         +--------------------+
                         | > content    1m12s |
                         | content-batch      |
                         | 9,812/10,000 - 98% |
                         +---------+----------+
                                   |
                                   v
                        +---------------------+
                        | . dispatch  blocked |
                        | campaign-dispatch   |
                        +---------------------+

                """)
    }

    @Test("a fan-out of 10,000 shows its count")
    func fanOut() throws {
        let text = try SampleGraphs.fanOut().text()
        #expect(
            text == """
                                     ┌─────────────────┐
                ┌────────────────┐   │ ○ send    ready │
                │ ✓ select  0.0s ├──►│ mail            │
                │ query          │   │ 0/10,000 · 0%   │
                └────────────────┘   │ fan-out ×10,000 │
                                     └─────────────────┘

                """)
    }

    @Test("a nested run is drawn inside its step")
    func nested() throws {
        let text = try SampleGraphs.nested().text()
        #expect(
            text == """
                weekly · run 3

                                     ┌─────────────────────────────────────────┐
                                     │ ▶ people                          3m20s │
                                     │ pipeline nightly-personalization        │
                                     │ nightly-personalization · run 12        │
                                     │ ┌─────────────────┐  ┌────────────────┐ │
                                     │ │ ✓ profiles  42s │  │ ✓ train  3m05s │ │
                                     │ │ profile-rebuild │  │ als-training   │ │
                                     │ └────────┬────────┘  │ 17/17 · 100%   │ │
                                     │          │           └───────┬────────┘ │
                                     │          ╰─────────┬─────────╯          │
                ┌────────────────┐   │                    ▼                    │   ┌───────────────────┐
                │ ✓ import  1d3h ├──►│          ┌────────────────────┐         ├──►│ ◌ report  blocked │
                │ csv-import     │   │          │ ▶ content    1m12s │         │   │ report            │
                └────────────────┘   │          │ content-batch      │         │   └───────────────────┘
                                     │          │ 9,812/10,000 · 98% │         │
                                     │          └─────────┬──────────┘         │
                                     │                    │                    │
                                     │                    ▼                    │
                                     │         ┌─────────────────────┐         │
                                     │         │ ◌ dispatch  blocked │         │
                                     │         │ campaign-dispatch   │         │
                                     │         └─────────────────────┘         │
                                     └─────────────────────────────────────────┘

                """)
    }

    @Test("a step that waits for approval")
    func approval() throws {
        let text = try SampleGraphs.approval().text()
        #expect(
            text == """
                campaign · run 5

                                   ┌───────────────────────┐
                ┌──────────────┐   │ ⏸ agree  parked 1h06m │   ┌─────────────────┐
                │ ✓ draft  12s ├──►│ approval              ├──►│ ◌ send  blocked │
                │ writer       │   │ waits for approval    │   │ mail            │
                └──────────────┘   └───────────────────────┘   └─────────────────┘

                """)
    }

    @Test("names with quotes, brackets and wide characters keep the boxes straight, and control characters are gone")
    func strangeNames() throws {
        let text = try SampleGraphs.strangeNames().text()
        #expect(
            text == """
                <"Jahr" & 'Tag'>

                                            ┌────────────────────────────────────────┐
                                            │ ☣ 1. say "hi" & <go>; end  quarantined │
                                         ╭─►│ a#b|c`d]]>                             │
                ┌──────────────────────┐ │  │ line break[31m                         │
                │ ✓ 顧客を分ける  1.0s ├─┤  └────────────────────────────────────────┘
                │ <b>"k-means"</b>     │ │  ┌────────────────────────────────────────┐
                └──────────────────────┘ ╰─►│ ↷ 한국어                       skipped │
                                            │ ｆｕｌｌ                               │
                                            └────────────────────────────────────────┘

                """)
    }

    @Test("a list breaks its lines, and indents what is nested")
    func nestedList() throws {
        let text = try SampleGraphs.nested().text(.init(width: 50, form: .list))
        #expect(
            text == """
                weekly · run 3

                1  ✓ import  csv-import        1d3h
                2  ▶ people  pipeline nightly-personalization
                       3m20s  ← import
                    nightly-personalization · run 12
                    1  ✓ profiles  profile-rebuild   42s
                       ✓ train     als-training      3m05s
                           17/17
                    2  ▶ content   content-batch     1m12s
                           9,812/10,000  ← profiles, train
                    3  ◌ dispatch  campaign-dispatch  blocked
                           ← content
                3  ◌ report  report            blocked  ← people

                """)
    }

    @Test("a list says the policies in words")
    func policyList() throws {
        let text = try SampleGraphs.diamond().text(.init(form: .list))
        #expect(
            text == """
                diamond

                1  top      plan
                2  left     count    ← top
                   right    measure  ← top
                   tidy-up  clean    ← top (always)
                3  bottom   report   ← left, right (continue)

                """)
    }

    @Test("the fourth nested level is only counted")
    func deepest() throws {
        let text = try SampleGraphs.nested(levels: 6).text()
        #expect(
            text == """
                ┌────────────────────────────┐
                │ level-6                    │
                │ pipeline inner             │
                │ ┌────────────────────────┐ │
                │ │ level-5                │ │
                │ │ pipeline inner         │ │
                │ │ ┌────────────────────┐ │ │
                │ │ │ level-4            │ │ │
                │ │ │ pipeline inner     │ │ │
                │ │ │ ┌────────────────┐ │ │ │
                │ │ │ │ level-3        │ │ │ │
                │ │ │ │ pipeline inner │ │ │ │
                │ │ │ │ 1 step inside  │ │ │ │
                │ │ │ └────────────────┘ │ │ │
                │ │ └────────────────────┘ │ │
                │ └────────────────────────┘ │
                └────────────────────────────┘

                """)
    }

    @Test("a graph without steps says so")
    func empty() throws {
        #expect(try RunGraph(title: "", nodes: []).text() == "no steps\n")
    }
}
