import Postgres

// A ring that the server forgets in a crash is worth no wait for its disk. Nobody waits on a channel whose lock can be had:
// see `beginWaiting`.
let ringStatement: Statement = """
    SELECT set_config('synchronous_commit', 'off', true), count(pg_notify(channel, ''))
    FROM unnest($1::text[]) AS channel
    WHERE NOT pg_try_advisory_xact_lock(hashtext('millrace.ring'), hashtext(channel))
    """

private let beginStatement: Statement =
    "SELECT pg_advisory_lock_shared(hashtext('millrace.ring'), hashtext(channel)) FROM unnest($1::text[]) AS channel"

private let endStatement: Statement =
    "SELECT pg_advisory_unlock_shared(hashtext('millrace.ring'), hashtext(channel)) FROM unnest($1::text[]) AS channel"

/// A notification that jobs have become ready.
///
/// Workers that serve certain queues listen on a channel for each, so that rings for others do not reach them. And one is sent
/// only on channels where a worker waits: PostgreSQL wakes every connection of the database that listens on any channel,
/// which with hundreds of them costs more than the jobs.
enum Ring: Sendable, Equatable {
    /// Who sends it does not know the queues: every worker hears it.
    case everybody
    /// Heard by workers that serve one of these queues, or all.
    case queues(Set<String>)

    /// More are cheaper told to everybody.
    private static let mostQueues = 16
    private static let everybodysChannel = "millrace_ready"
    private static let allQueuesChannel = "millrace_ready_any"

    /// The ring for some jobs.
    init(for requests: [JobRequest]) {
        var queues: Set<String> = []
        var last: String?
        for request in requests {
            guard let queue = request.queue else {
                self = .everybody
                return
            }
            if queue != last { queues.insert(queue) }
            last = queue
            guard queues.count <= Self.mostQueues else {
                self = .everybody
                return
            }
        }
        self = .queues(queues)
    }

    /// One ring for what two would be for.
    mutating func formUnion(_ other: Ring) {
        guard case .queues(let own) = self, case .queues(let others) = other else {
            self = .everybody
            return
        }
        self = .queues(own.union(others))
    }

    /// Where it is sent, once the jobs are committed.
    var channels: [String] {
        guard case .queues(let queues) = self, queues.count <= Self.mostQueues else { return [Self.everybodysChannel] }
        let channels = queues.sorted().compactMap(Self.channel)
        return channels.count < queues.count ? [Self.everybodysChannel] : [Self.allQueuesChannel] + channels
    }

    /// What a worker listens on.
    ///
    /// - Parameter queues: those that it serves; nil for all.
    static func channels(heardBy queues: [String]?) -> [String] {
        [everybodysChannel] + (queues.map { $0.compactMap(channel) } ?? [allQueuesChannel])
    }

    /// Nil for a name that does not fit into the 63 bytes of a channel's; rings for it go to everybody.
    private static func channel(of queue: String) -> String? {
        let channel = "millrace_ready_in_" + queue
        return channel.utf8.count <= 63 ? channel : nil
    }
}

extension Session {
    /// Sends a ring, if anybody waits for one. To be called outside of transactions.
    func send(_ ring: Ring) async throws {
        _ = try await query(ringStatement, ring.channels)
    }
}

extension Connection {
    /// Lets senders know, by a lock that ends with the connection, that somebody here waits for rings on these channels.
    ///
    /// Jobs that were committed before may not have been rung for, so whoever waits looks for jobs once after this.
    func beginWaiting(on channels: [String]) async throws {
        _ = try await query(beginStatement, channels)
    }

    /// Lets senders know that nobody here waits any more.
    func endWaiting(on channels: [String]) async throws {
        _ = try await query(endStatement, channels)
    }
}
