/// The hosts of a connection string that are still to be tried.
struct HostList: Equatable {
    /// `host`, `hostaddr` and `port` of each, as far as given.
    private var hosts: [[String: String]]

    /// `nil` when the options name fewer than two hosts.
    init?(_ options: [String: String]) {
        let lists = ["host", "hostaddr", "port"].reduce(into: [String: [String]]()) { lists, keyword in
            lists[keyword] = options[keyword].map(Configuration.list)
        }
        let count = max(lists["host"]?.count ?? 0, lists["hostaddr"]?.count ?? 0)
        guard count > 1 else { return nil }
        hosts = (0..<count).map { index in
            lists.compactMapValues { list in list.count == 1 ? list[0] : index < list.count ? list[index] : nil }
        }
    }

    var count: Int { hosts.count }

    /// The options that name these hosts.
    var options: [String: String] {
        ["host", "hostaddr", "port"].reduce(into: [:]) { options, keyword in
            guard hosts.contains(where: { $0[keyword] != nil }) else { return }
            options[keyword] = hosts.map { $0[keyword] ?? "" }.joined(separator: ",")
        }
    }

    /// The hosts after the one libpq is at; `nil` when there is none.
    func after(host: String, address: String, port: String) -> HostList? {
        let index = hosts.firstIndex { candidate in
            let hasPort = candidate["port"].map { $0.isEmpty || $0 == port } ?? true
            return hasPort && (candidate["host"] == host || candidate["hostaddr"] == address)
        }
        var rest = self
        rest.hosts.removeFirst((index ?? 0) + 1)
        return rest.hosts.isEmpty ? nil : rest
    }
}
