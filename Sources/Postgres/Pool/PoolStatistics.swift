/// What a pool is doing, and has done since it was made.
public struct PoolStatistics: Sendable, Hashable {
    /// Most connections there may be.
    public var maximum = 0
    /// Connections waiting to be used.
    public var idle = 0
    /// Connections handed out.
    public var inUse = 0
    /// Connections being opened.
    public var opening = 0
    /// Tasks waiting for a connection.
    public var waiting = 0
    /// How often a connection was handed out.
    public var acquired = 0
    /// Connections opened.
    public var opened = 0
    /// Connections closed because they broke or were not left clean.
    public var dropped = 0
    /// Waits that ran out of time.
    public var timedOut = 0
}
