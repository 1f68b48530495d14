/// The tracks between two layers: on a track runs the part of a net across the layers that joins its ends.
struct ChannelTracks {
    /// The ends of a net: places across the layers.
    struct Ends {
        var exits: [Int]
        var entries: [Int]

        var span: ClosedRange<Int> {
            let all = exits + entries
            return (all.min() ?? 0)...(all.max() ?? 0)
        }
        /// Whether the net is one straight line that needs no track.
        var isStraight: Bool { span.count == 1 }
    }

    /// The track of each net; nil for a straight one.
    let tracks: [Int?]
    /// How many tracks there are.
    let count: Int

    /// Lays nets on tracks with few crossings.
    ///
    /// Where a net leaves at the place at which another arrives, the first must turn before the other does.
    ///
    /// - Throws: ``Deadlock`` when nets would have to turn before each other.
    init(_ nets: [Ends]) throws(Deadlock) {
        var rest = nets.indices.filter { !nets[$0].isStraight }
        var tracks = [Int?](repeating: nil, count: nets.count)
        var placed: [Int] = []
        while !rest.isEmpty {
            let free = rest.filter { net in
                !rest.contains { $0 != net && Self.mustPrecede(nets[$0], nets[net]) }
            }
            // The one whose coming first spares most crossings with those that are left.
            let costs = free.map { net in
                rest.reduce(0) { sum, other in
                    other == net
                        ? sum : sum + Self.crossings(nets[net], nets[other]) - Self.crossings(nets[other], nets[net])
                }
            }
            guard let least = costs.min(), let choice = costs.firstIndex(of: least) else {
                throw Deadlock(nets: rest)
            }
            let net = free[choice]
            let hindering = placed.filter { nets[$0].span.overlaps(nets[net].span) }
            tracks[net] = (hindering.compactMap { tracks[$0] }.max() ?? -1) + 1
            placed.append(net)
            rest.removeAll { $0 == net }
        }
        self.tracks = tracks
        count = (tracks.compactMap(\.self).max() ?? -1) + 1
    }

    /// Nets that would each have to turn before another one.
    struct Deadlock: Error {
        var nets: [Int]
    }

    private static func mustPrecede(_ first: Ends, _ second: Ends) -> Bool {
        first.exits.contains { second.entries.contains($0) }
    }

    /// How often two nets cross when the first turns before the second.
    private static func crossings(_ first: Ends, _ second: Ends) -> Int {
        second.exits.count(where: first.span.contains) + first.entries.count(where: second.span.contains)
    }
}
