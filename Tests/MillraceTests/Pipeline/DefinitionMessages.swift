import Testing

@testable import Millrace

/// The messages for a definition, without the file's name.
func definitionMessages(_ text: String, plugins: [PluginDescription]? = nil) -> [String] {
    definitionMessages(bytes: Array(text.utf8), plugins: plugins)
}

func definitionMessages(bytes: [UInt8], plugins: [PluginDescription]? = nil) -> [String] {
    let draft = DefinitionDraft(path: "n.yaml", bytes: bytes, plugins: plugins)
    #expect((draft.file == nil) == !draft.errors.isEmpty)
    return draft.errors.map { error in
        #expect(error.description.hasPrefix("n.yaml:"))
        return String(error.description.dropFirst("n.yaml:".count))
    }
}
