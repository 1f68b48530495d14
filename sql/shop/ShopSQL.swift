/// The SQL of the shop's domain, as it stands in the files of this folder.
///
/// A file that is added here must be listed; a test compares the lists with the folders.
public enum ShopSQL {
    /// Numbered, applied once each, in this order.
    public static let migrations: [(name: String, text: String)] = [
        ("m0001_catalogue", text(PackageResources.m0001_catalogue_sql)),
        ("m0002_profiles", text(PackageResources.m0002_profiles_sql)),
        ("m0003_models", text(PackageResources.m0003_models_sql)),
        ("m0004_campaigns", text(PackageResources.m0004_campaigns_sql)),
    ]

    /// Functions, views and grants: replaced whole whenever one of them has changed.
    public static let replaced: [(name: String, text: String)] = [
        ("changed_customers", text(PackageResources.changed_customers_sql)),
        ("edition", text(PackageResources.edition_sql)),
        ("report_event", text(PackageResources.report_event_sql)),
        ("shop_views", text(PackageResources.shop_views_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
