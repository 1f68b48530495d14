import Postgres
import Testing

@testable import Millrace

private struct Greet: Plugin {
    struct Arguments: Codable, Sendable { var customer: Int }
    static let name = "greet"
    static let summary = "Writes a greeting."
    static let version = 2
    func run(_ job: JobContext<Arguments>) async throws {}
}

private struct OtherGreet: Plugin {
    struct Arguments: Codable, Sendable {}
    static let name = "greet"
    func run(_ job: JobContext<Arguments>) async throws {}
}

private struct Aardvark: Plugin {
    struct Arguments: Codable, Sendable { var depth = 1 }
    static let name = "aardvark.dig-2"
    static let arguments = ArgumentSchema(defaults: Arguments())
    static let defaults = JobDefaults(queue: "earth", maxAttempts: 2, timeout: .seconds(5))
    func run(_ job: JobContext<Arguments>) async throws {}
}

private struct Careless: Plugin {
    struct Arguments: Codable, Sendable { var depth = 1 }
    static let name = "careless"
    static let version = 0
    static let arguments = ArgumentSchema(defaults: Arguments(), describing: ["dept": .init("Typed wrong.")])
    static let defaults = JobDefaults(queue: "", maxAttempts: 0, timeout: .zero)
    func run(_ job: JobContext<Arguments>) async throws {}
}

private struct Reserved: Plugin {
    struct Arguments: Codable, Sendable {}
    static let name = "millrace.run-end"
    func run(_ job: JobContext<Arguments>) async throws {}
}

private struct Shouting: Plugin {
    struct Arguments: Codable, Sendable {}
    static let name = "Greet_All"
    func run(_ job: JobContext<Arguments>) async throws {}
}

@Suite struct PluginRegistryTests {
    @Test("plugins are found by name and described in the order of their names")
    func registration() throws {
        var registry = PluginRegistry()
        try registry.register(Greet())
        try registry.register(Aardvark())
        #expect(registry.descriptions.map(\.name) == ["aardvark.dig-2", "greet"])
        let greet = try #require(registry["greet"]).description
        #expect(greet.version == 2)
        #expect(greet.summary == "Writes a greeting.")
        #expect(greet.schema.names == ["customer"])
        #expect(registry["aardvark.dig-2"]?.description.defaults.queue == "earth")
        #expect(registry["nobody"] == nil)
    }

    @Test("a name is given only once")
    func duplicates() throws {
        var registry = PluginRegistry()
        try registry.register(Greet())
        let error = #expect(throws: PluginRegistrationError.self) { try registry.register(OtherGreet()) }
        #expect(
            error?.description
                == #"plugin "greet" (OtherGreet): Greet has the same name  →  rename one, or register it once"#)
        #expect(registry["greet"]?.description.version == 2)
    }

    @Test("a bad name is refused with the form of a good one")
    func badNames() {
        var registry = PluginRegistry()
        var error = #expect(throws: PluginRegistrationError.self) { try registry.register(Shouting()) }
        #expect(
            error?.description == """
                plugin "Greet_All" (Shouting): the name is not well formed  →  use lower-case letters and digits, \
                joined by single hyphens or dots, the first a letter, such as "als-training.solve"
                """)
        error = #expect(throws: PluginRegistrationError.self) { try registry.register(Reserved()) }
        #expect(
            error?.description == """
                plugin "millrace.run-end" (Reserved): names that begin with "millrace." belong to the scheduler  →  \
                rename it
                """)
    }

    @Test(
        "names have lower-case words joined by hyphens and dots",
        arguments: [
            ("a", true), ("als-training.solve-2", true), ("a1", true), ("", false), ("1a", false), ("a--b", false),
            ("a.", false), (".a", false), ("a b", false), ("é", false), ("A", false), ("a_b", false), ("a\n", false),
        ])
    func names(name: String, isGood: Bool) {
        #expect(isWellFormedName(name) == isGood)
    }

    @Test("a declaration with mistakes is refused with all of them")
    func mistakes() {
        var registry = PluginRegistry()
        let error = #expect(throws: PluginRegistrationError.self) { try registry.register(Careless()) }
        #expect(
            error?.description == """
                plugin "careless" (Careless): there is no argument "dept" to describe, did you mean "depth"?; \
                version is 0 and must be at least 1; defaults.maxAttempts is 0 and must be from 1 to 1000; \
                defaults.timeout is 0.0 seconds and must be at least a millisecond; defaults.queue is empty  →  \
                correct its declaration
                """)
        #expect(registry.descriptions.isEmpty)
    }
}
