import Postgres
import Shop

private let stageStatement: Statement = """
    COPY shop.profile_stage
        (build_id, customer_id, orders, order_days, returns, monetary, repeat_value, order_gap_mean_days,
        order_gap_median_days, sessions, session_minutes, pieces_per_order, price_level, return_share, looks_per_order,
        favourite_category, category_shares, interest_shares, category_affinity, brand_affinity, price_affinity,
        device_shares, peak_hour, hour_of_week, evening_share, night_share, weekend_share, gift_season_share, region,
        is_abroad, first_order_at, last_order_at, last_seen_at)
    FROM STDIN
    """

/// Records as the rows of `shop.profile_stage` that they become.
struct StagedLines: Sendable {
    private let build: Int64
    private var lines = CopyLines()
    /// The rows' text in pieces, none very large.
    private(set) var pieces: [[UInt8]] = []
    /// Rows.
    private(set) var count = 0

    init(build: Int64) { self.build = build }

    /// Adds one row, its columns in the order of the statement above.
    mutating func add(_ record: CustomerRecord) {
        lines.add(build)
        lines.add(record.customer)
        lines.add(record.orders)
        lines.add(record.orderDays)
        lines.add(record.returns)
        lines.add(record.monetary)
        lines.add(record.repeatValue)
        lines.add(record.orderGapMeanDays)
        lines.add(record.orderGapMedianDays)
        lines.add(record.sessions)
        lines.add(record.sessionMinutes)
        lines.add(record.piecesPerOrder)
        lines.add(record.priceLevel)
        lines.add(record.returnShare)
        lines.add(record.looksPerOrder)
        lines.add(text: record.favouriteCategory)
        for shares in [
            record.categoryShares, record.interestShares, record.categoryAffinity, record.brandAffinity,
            record.priceAffinity, record.deviceShares,
        ] {
            lines.add(text: shares.json)
        }
        lines.add(record.hours.peakHour)
        lines.add(array: record.hours.hourOfWeek)
        lines.add(record.hours.evening)
        lines.add(record.hours.night)
        lines.add(record.hours.weekend)
        lines.add(record.giftSeasonShare)
        lines.add(text: record.region)
        lines.add(record.isAbroad)
        lines.add(record.firstOrder)
        lines.add(record.lastOrder)
        lines.add(record.lastSeen)
        lines.endRow()
        count += 1
        if lines.bytes.count >= 65_536 { pieces.append(lines.take()) }
    }

    /// All of the text, the row begun last included.
    fileprivate var allPieces: [[UInt8]] { pieces + [lines.bytes] }
}

extension Transaction {
    /// Keeps records of a build in progress, whose plan must be there.
    func stage(_ staged: StagedLines) async throws {
        _ = try await copyIn(stageStatement) { writer in
            for piece in staged.allPieces where !piece.isEmpty { try await writer.write(piece) }
        }
    }
}
