/// A data type of the server, named by its object identifier (`pg_type.oid`).
public struct PostgresType: Sendable, Hashable, CustomStringConvertible {
    /// The identifier; fixed for built-in types, different in each database for types made by users.
    public let oid: UInt32

    /// Names a type by its `pg_type.oid`; for types that have no constant here.
    public init(oid: UInt32) {
        self.oid = oid
    }

    /// No type given: the server infers it from the statement.
    public static let unspecified = PostgresType(oid: 0)
    /// `boolean`
    public static let bool = PostgresType(oid: 16)
    /// `bytea`
    public static let bytea = PostgresType(oid: 17)
    /// `"char"`, one byte
    public static let char = PostgresType(oid: 18)
    /// `name`, the type of identifiers
    public static let name = PostgresType(oid: 19)
    /// `bigint`
    public static let int8 = PostgresType(oid: 20)
    /// `smallint`
    public static let int2 = PostgresType(oid: 21)
    /// `integer`
    public static let int4 = PostgresType(oid: 23)
    /// `text`
    public static let text = PostgresType(oid: 25)
    /// `oid`
    public static let oid = PostgresType(oid: 26)
    /// `json`
    public static let json = PostgresType(oid: 114)
    /// `xml`
    public static let xml = PostgresType(oid: 142)
    /// `real`
    public static let float4 = PostgresType(oid: 700)
    /// `double precision`
    public static let float8 = PostgresType(oid: 701)
    /// a literal whose type was never resolved
    public static let unknown = PostgresType(oid: 705)
    /// `character(n)`
    public static let bpchar = PostgresType(oid: 1042)
    /// `character varying`
    public static let varchar = PostgresType(oid: 1043)
    /// `date`
    public static let date = PostgresType(oid: 1082)
    /// `timestamp without time zone`
    public static let timestamp = PostgresType(oid: 1114)
    /// `timestamp with time zone`
    public static let timestamptz = PostgresType(oid: 1184)
    /// `interval`
    public static let interval = PostgresType(oid: 1186)
    /// `numeric`
    public static let numeric = PostgresType(oid: 1700)
    /// `void`, what a function without a result returns
    public static let void = PostgresType(oid: 2278)
    /// `uuid`
    public static let uuid = PostgresType(oid: 2950)
    /// `jsonb`
    public static let jsonb = PostgresType(oid: 3802)

    /// First identifier that a server gives to types made by users (enums, extension types).
    static let firstUserOID: UInt32 = 16_384

    /// The SQL name of a built-in type, otherwise `oid N`.
    public var description: String {
        PostgresType.names[self] ?? "oid \(oid)"
    }

    /// The array type whose elements are of this type, for the types that have a constant here.
    public var array: PostgresType? {
        PostgresType.arrays[self].map(PostgresType.init(oid:))
    }

    /// Whether it may be an array: every type but the ones known not to be.
    var mayBeArray: Bool { PostgresType.arrays[self] == nil && self != .void && self != .unknown }

    /// `pg_type.typarray` of the built-in types (src/include/catalog/pg_type.dat).
    private static let arrays: [PostgresType: UInt32] = [
        .bool: 1000, .bytea: 1001, .char: 1002, .name: 1003, .int8: 1016, .int2: 1005, .int4: 1007, .text: 1009,
        .oid: 1028, .json: 199, .xml: 143, .float4: 1021, .float8: 1022, .bpchar: 1014, .varchar: 1015, .date: 1182,
        .timestamp: 1115, .timestamptz: 1185, .interval: 1187, .numeric: 1231, .uuid: 2951, .jsonb: 3807,
    ]

    private static let names: [PostgresType: String] = {
        var names: [PostgresType: String] = [
            .unspecified: "unspecified", .bool: "bool", .bytea: "bytea", .char: "\"char\"", .name: "name",
            .int8: "int8", .int2: "int2", .int4: "int4", .text: "text", .oid: "oid", .json: "json", .xml: "xml",
            .float4: "float4", .float8: "float8", .unknown: "unknown", .bpchar: "bpchar", .varchar: "varchar",
            .date: "date", .timestamp: "timestamp", .timestamptz: "timestamptz", .interval: "interval",
            .numeric: "numeric", .void: "void", .uuid: "uuid", .jsonb: "jsonb",
        ]
        for (element, array) in arrays { names[PostgresType(oid: array)] = names[element].map { $0 + "[]" } }
        return names
    }()
}
