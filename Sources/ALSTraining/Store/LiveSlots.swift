import Postgres

private let slotsStatement: Statement = """
    SELECT coalesce(sum(slots), 0)::bigint FROM millrace.v_worker WHERE state = 'alive' AND $1 = ANY (plugins)
    """

extension Session {
    /// How many jobs of a plugin the workers that live now could run at once.
    func liveSlots(for plugin: String) async throws -> Int {
        try await query(slotsStatement, plugin)[0][0]
    }
}
