/// Where customers stand in their life with the shop: the column `stage` of `shop.segment`.
public enum CustomerStage: String, Sendable, CaseIterable {
    /// Have begun to buy lately.
    case new
    /// Buy often.
    case regular
    /// Buy now and then.
    case occasional
    /// Have not bought for long.
    case lapsed
}
