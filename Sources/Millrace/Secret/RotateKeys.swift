public import Postgres

private let usesStatement: Statement = """
    SELECT sealed.value ->> 'key' AS key, count(DISTINCT job.id) AS jobs,
        count(DISTINCT job.id) FILTER (WHERE NOT EXISTS (SELECT FROM millrace.finished WHERE finished.job_id = job.id)) AS open
    FROM millrace.job
    CROSS JOIN LATERAL jsonb_path_query(job.args, '$.*."millrace.sealed"') AS sealed(value)
    GROUP BY 1 ORDER BY 1
    """

/// Jobs that are still to run, a thousand at a time in the order of their ids. A claimed one has its arguments already.
private let openStatement: Statement = """
    SELECT job.id, lane.plugin, job.args
    FROM millrace.job JOIN millrace.lane ON lane.id = job.lane_id
    WHERE job.id > $1 AND jsonb_path_exists(job.args, '$.*."millrace.sealed"')
        AND NOT EXISTS (SELECT FROM millrace.finished WHERE finished.job_id = job.id)
    ORDER BY job.id LIMIT 1000
    """

/// Only if nobody has changed it since it was read.
private let replaceStatement: Statement = "UPDATE millrace.job SET args = $2 WHERE id = $1 AND args = $3"

/// How many kept jobs a key is needed for.
public struct KeyUse: Sendable, Hashable {
    /// The key's id.
    public let key: String
    /// Jobs with a value under it.
    public let jobs: Int
    /// Of these, jobs that have not ended. Once there are none, the key may go.
    public let open: Int
}

extension Session {
    /// Which keys the kept jobs need.
    public func keyUses() async throws -> [KeyUse] {
        try await query(usesStatement).map { row in
            let (key, jobs, open) = try row.decode(String.self, Int.self, Int.self)
            return KeyUse(key: key, jobs: jobs, open: open)
        }
    }

    /// Seals the secrets of jobs that are still to run anew under the current key, so that an older one may go.
    ///
    /// - Returns: how many jobs were changed.
    /// - Throws: ``SealingError`` when a key is missing or a value was changed; what was done before stays.
    public func reseal(with keyring: Keyring) async throws -> Int {
        var last: Int64 = 0
        var changed = 0
        while true {
            let rows = try await query(openStatement, last)
            for row in rows {
                let (id, plugin, arguments) = try row.decode(Int64.self, String.self, JSONText.self)
                last = id
                let anew = try keyring.reseal(arguments: arguments, plugin: plugin)
                guard anew != arguments else { continue }
                changed += try await execute(replaceStatement, id, anew, arguments) > 0 ? 1 : 0
            }
            if rows.count < 1000 { return changed }
        }
    }
}
