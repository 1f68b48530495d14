/// A whole message in one language: subject, text and HTML.
public struct MessageTemplate: Sendable, Equatable {
    private let subject: Template
    private let text: Template
    private let html: Template

    /// A message of its three parts filled.
    public struct Filled: Sendable, Equatable {
        /// One line.
        public let subject: String
        /// Plain text.
        public let text: String
        /// HTML.
        public let html: String
    }

    /// Reads the three parts.
    ///
    /// - Throws: ``TemplateError``.
    public init(subject: String, text: String, html: String) throws(TemplateError) {
        self.subject = try Template(subject, part: "subject")
        self.text = try Template(text, part: "text")
        self.html = try Template(html, part: "html", escaping: .html)
    }

    /// Fills the three parts.
    ///
    /// - Throws: ``TemplateError`` for the first slot without data.
    public func fill(_ facts: Facts) throws(TemplateError) -> Filled {
        Filled(subject: try subject.fill(facts), text: try text.fill(facts), html: try html.fill(facts))
    }
}
