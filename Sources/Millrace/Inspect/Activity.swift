public import Foundation

/// What goes on at one moment, as `millrace top` shows it. All of it comes from views.
public struct Activity: Sendable {
    /// A queue and what stands in it.
    public struct Queue: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Jobs by where they stand.
        public var ready = 0, scheduled = 0, blocked = 0, parked = 0, running = 0
        /// For how long the oldest ready job has been there, in seconds.
        public var oldestReady: Double?
        /// Whether its jobs are not claimed, or it takes no new ones.
        public var isPaused = false, isDraining = false
    }

    /// A running job and how far it is.
    public struct RunningJob: Sendable, Hashable {
        /// The job.
        public var id: JobID
        /// Its plugin and queue.
        public var plugin: String, queue: String
        /// Who runs it.
        public var worker: String?
        /// The attempt, and for how long it has gone on, in seconds.
        public var attempt: Int, seconds: Double
        /// How far it is: so much of so much, and what it says of it.
        public var done: Int64?, total: Int64?, message: String?
        /// Its pipeline run and step.
        public var run: Int64?, step: String?
        /// Whether it was asked to stop.
        public var isStopping = false
    }

    /// A worker.
    public struct WorkerLine: Sendable, Hashable {
        /// Its name, machine and state.
        public var name: String, host: String, state: String
        /// Jobs it runs, and may run.
        public var running: Int, slots: Int
        /// How long ago it last proved its life, in seconds.
        public var silence: Double
        /// Queues it serves; nil for all.
        public var queues: String?
    }

    /// An attempt that did not succeed.
    public struct Failure: Sendable, Hashable {
        /// The job and its plugin.
        public var id: JobID, plugin: String
        /// The attempt, of how many.
        public var attempt: Int, maximumAttempts: Int
        /// What kind of end it was, and what the plugin said.
        public var kind: String, message: String
        /// How long ago, in seconds.
        public var ago: Double
    }

    /// A pipeline run that has not ended.
    public struct Run: Sendable, Hashable {
        /// Its number, its pipeline and its state.
        public var id: Int64, pipeline: String, state: String
        /// How long it has taken, in seconds.
        public var seconds: Double
        /// Jobs known so far, those that have ended, run now, and have failed.
        public var jobs: Int, ended: Int, running: Int, failed: Int
    }

    /// When it was looked at, by the database's clock.
    public var at: Date
    /// Jobs that ended in the interval before, those of them that did not end well, and the interval in seconds.
    public var ended = 0, endedBadly = 0, interval = 1.0
    /// All queues, by name.
    public var queues: [Queue] = []
    /// Running jobs, longest first; at most ``most`` of them.
    public var running: [RunningJob] = []
    /// Workers that have not ended.
    public var workers: [WorkerLine] = []
    /// Attempts of the last hour that did not succeed, newest first.
    public var failures: [Failure] = []
    /// Pipeline runs that have not ended, oldest first.
    public var runs: [Run] = []

    /// Rows of a list that are read at most.
    public static let most = 500

    /// Nothing goes on.
    public init(at: Date) {
        self.at = at
    }

    /// Jobs that ended in a second.
    public var throughput: Double { interval > 0 ? Double(ended) / interval : 0 }
}
