/// When a customer orders, in the own time zone.
struct HourShares: Sendable, Equatable {
    /// 168 shares of the orders, Monday 00:00 first.
    let hourOfWeek: [Float]
    /// The hour of the day, 0…23, with the most orders; the earlier one on a tie.
    let peakHour: Int
    /// Share of the orders from 17:00 to 21:59.
    let evening: Double
    /// Share of the orders from 22:00 to 4:59.
    let night: Double
    /// Share of the orders on Saturdays and Sundays.
    let weekend: Double

    /// - Parameter hours: the hour of the week of each order, 0 for Monday 00:00; at least one.
    init(_ hours: [UInt8]) {
        let orders = Double(hours.count)
        var byHourOfWeek = [Int](repeating: 0, count: 168)
        for hour in hours { byHourOfWeek[Int(hour)] += 1 }
        hourOfWeek = byHourOfWeek.map { Float(Double($0) / orders) }
        var byHour = [Int](repeating: 0, count: 24)
        for (hour, count) in byHourOfWeek.enumerated() { byHour[hour % 24] += count }
        peakHour = byHour.indices.max { (byHour[$0], $1) < (byHour[$1], $0) } ?? 0
        evening = Double(byHour[17..<22].reduce(0, +)) / orders
        night = Double(byHour[22...].reduce(0, +) + byHour[..<5].reduce(0, +)) / orders
        weekend = Double(byHourOfWeek[120...].reduce(0, +)) / orders
    }
}
