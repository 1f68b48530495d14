import Testing

@testable import ContentBatch

@Suite("Templates")
struct TemplateTests {
    private func fill(_ source: String, _ facts: Facts, escaping: Template.Escaping = .none) throws -> String {
        try Template(source, part: "text", escaping: escaping).fill(facts)
    }

    @Test("list tags alone on their lines leave no empty lines")
    func standaloneTags() throws {
        let facts = Facts(lists: ["items": [["item.title": "Cup"], ["item.title": "Pot"]]])
        #expect(
            try fill("a\n{{#each items}}\n- {{item.title}}\n{{/each}}\nb", facts) == "a\n- Cup\n- Pot\nb")
    }

    @Test("slots and lists are filled")
    func filled() throws {
        let facts = Facts(
            texts: ["name": "Ada"], lists: ["items": [["item.title": "Cup"], ["item.title": "Saucer"]]])
        #expect(
            try fill("{{name}}: {{#each items}}{{item.title}} for {{ name }}; {{/each}}", facts)
                == "Ada: Cup for Ada; Saucer for Ada; ")
    }

    @Test(
        "a slot without data, or with nothing but spaces, is an error and never an empty text",
        arguments: [nil, "", "  "])
    func missing(_ name: String?) throws {
        var facts = Facts()
        facts.texts["name"] = name
        let error = #expect(throws: TemplateError.self) { try fill("Hello\n{{name}}", facts) }
        #expect(error?.problem == .missing(slot: "name"))
        #expect(error?.line == 2)
    }

    @Test("an empty list is missing, too")
    func emptyList() {
        #expect(throws: TemplateError.self) { try fill("{{#each items}}x{{/each}}", Facts(lists: ["items": []])) }
    }

    @Test("facts are escaped in HTML and nowhere else")
    func escaping() throws {
        let facts = Facts(texts: ["name": "<b>\"Tom\" & 'Jerry'</b>"])
        #expect(try fill("{{name}}", facts) == "<b>\"Tom\" & 'Jerry'</b>")
        #expect(
            try fill("{{name}}", facts, escaping: .html)
                == "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;")
    }

    @Test(
        "a template that is wrong is told with its line",
        arguments: [
            ("a\n{{name", TemplateError.Problem.unclosedSlot), ("a\n{{Na me}}", .badName("Na me")),
            ("a\n{{#each items}}x", .unbalancedList), ("a\nx{{/each}}", .unbalancedList),
            ("{{#each a}}\n{{#each b}}{{/each}}{{/each}}", .nestedList),
        ])
    func broken(_ source: String, _ problem: TemplateError.Problem) {
        let error = #expect(throws: TemplateError.self) { try Template(source, part: "text") }
        #expect(error?.problem == problem)
        #expect(error?.line == 2)
    }

    @Test("the shipped templates are whole in both languages")
    func shipped() throws {
        let facts = Facts(
            texts: [
                "name": "Ada", "segment": "Regulars", "shop": "Shop", "unsubscribe": "mailto:x@shop.example",
                "item_count": "1",
            ],
            lists: [
                "items": [["item.position": "1", "item.title": "Cup", "item.price": "£2.50", "item.reason": "because"]]
            ])
        #expect(Set(ShippedTemplate.all.map(\.locale)) == ["en", "zh"])
        for shipped in ShippedTemplate.all {
            let filled = try MessageTemplate(subject: shipped.subject, text: shipped.text, html: shipped.html).fill(
                facts)
            for part in [filled.subject, filled.text, filled.html] { #expect(!part.contains("{{")) }
            #expect(filled.text.contains("Cup – £2.50"))
        }
    }

    @Test("prices come from the exact decimal, with two digits")
    func prices() {
        let wording = Wording(language: "en")
        #expect(wording.price("2.5500", "GBP") == "£2.55")
        #expect(wording.price("1234.5", "EUR") == "€1234.50")
        #expect(wording.price("0.005", "CHF") == "CHF 0.01")
        #expect(wording.price("0", "GBP") == nil)
    }
}
