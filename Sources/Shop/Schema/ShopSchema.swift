public import Millrace
internal import ShopSQL

extension SchemaComponent {
    /// The tables of the shop's domain.
    public static let shop = SchemaComponent(
        schema: "shop",
        migrations: ShopSQL.migrations.map { File(name: $0.name, text: $0.text) },
        replaced: ShopSQL.replaced.map { File(name: $0.name, text: $0.text) })
}
