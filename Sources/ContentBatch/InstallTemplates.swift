import Foundation
import Postgres

/// A text that is there already makes no new version; the digest decides. The lock keeps two planners from making the
/// same version twice.
private let installStatement: Statement = """
    WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('shop.template')))
    INSERT INTO shop.template (name, version, locale, subject, text_body, html_body, sha256)
    SELECT $1, coalesce(max(known.version), 0) + 1, $2, $3, $4, $5, sha256(convert_to($3 || $4 || $5, 'UTF8'))
    FROM locked LEFT JOIN shop.template AS known ON known.name = $1 AND known.locale = $2
    HAVING coalesce(bool_and(known.sha256 <> sha256(convert_to($3 || $4 || $5, 'UTF8'))), true)
    """

private let newestStatement: Statement = """
    SELECT DISTINCT ON (locale) locale, version, subject, text_body, html_body
    FROM shop.template WHERE name = $1 ORDER BY locale, version DESC
    """

extension Session {
    /// Adds the shipped templates that are not there yet.
    func installShippedTemplates() async throws {
        for template in ShippedTemplate.all {
            try await execute(
                installStatement, template.name, template.locale, template.subject, template.text, template.html)
        }
    }

    /// The newest version of a template in each of its languages.
    func templates(named name: String) async throws -> [String: (version: Int, template: MessageTemplate)] {
        var templates: [String: (Int, MessageTemplate)] = [:]
        for row in try await query(newestStatement, name) {
            let (locale, version, subject, text, html) = try row.decode(
                String.self, Int.self, String.self, String.self, String.self)
            templates[locale] = (version, try MessageTemplate(subject: subject, text: text, html: html))
        }
        return templates
    }
}
