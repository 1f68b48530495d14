// swift-tools-version: 6.2
import PackageDescription

/// What every target builds with. Warnings are errors in debug builds only: a newer compiler that warns of more must not
/// keep anybody from running the demo. Packages that depend on this one by URL are not concerned, for SwiftPM leaves a
/// dependency's warnings alone; one that names it by path builds it as its own.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error, .when(configuration: .debug)),
]

/// Numeric kernels are optimised in debug builds too: tests train real models.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "millrace",
    products: [
        .library(name: "Millrace", targets: ["Millrace"]),
        .library(name: "Postgres", targets: ["Postgres"]),
        .library(name: "MillraceTesting", targets: ["MillraceTesting"]),
        .executable(name: "millrace", targets: ["MillraceCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // 0: system libraries
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // 1: foundations that know nothing of each other
        .target(
            name: "Postgres",
            dependencies: ["CLibPQ", logging],
            swiftSettings: strict),
        // Loops that Swift cannot compile for more than the build's own processor; optimised in debug builds too.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .target(name: "Analytics", dependencies: ["CKernels"], swiftSettings: numeric),
        .target(
            name: "Mail",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),

        // 2: the scheduler
        .target(
            name: "MillraceSQL", path: "sql/millrace",
            resources: [
                .embedInCode("migrations"), .embedInCode("functions"), .embedInCode("views"), .embedInCode("grants"),
            ],
            swiftSettings: strict),
        .target(
            name: "Millrace",
            dependencies: [
                "Postgres", "MillraceSQL",
                logging,
                lifecycle,
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),

        // What a plugin's author tests with
        .target(name: "MillraceTesting", dependencies: ["Millrace", "Postgres", logging], swiftSettings: strict),

        // 3: the shop's domain
        .target(
            name: "ShopSQL", path: "sql/shop",
            resources: [.embedInCode("migrations"), .embedInCode("functions"), .embedInCode("views")],
            swiftSettings: strict),
        .target(
            name: "Shop",
            dependencies: [
                "Postgres", "Millrace", "ShopSQL", "CZlib", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),

        // 4: the plugins, which meet only in Shop's tables
        .target(
            name: "ProfileRebuild", dependencies: ["Millrace", "Shop", "Analytics", logging], swiftSettings: strict),
        .target(name: "ALSTraining", dependencies: ["Millrace", "Shop", "Analytics", logging], swiftSettings: strict),
        .target(
            name: "ContentBatch", dependencies: ["Millrace", "Shop", logging], resources: [.embedInCode("Resources")],
            swiftSettings: strict),
        .target(
            name: "CampaignDispatch", dependencies: ["Millrace", "Shop", "Mail", logging], swiftSettings: strict),

        // 6: the command line
        .executableTarget(
            name: "MillraceCLI",
            dependencies: [
                "Millrace", "Shop", "ProfileRebuild", "ALSTraining", "ContentBatch", "CampaignDispatch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // What ops/bench measures with
        .executableTarget(
            name: "QueueBench",
            dependencies: [
                "Millrace", "Postgres", .product(name: "ArgumentParser", package: "swift-argument-parser"), logging,
                lifecycle,
            ], swiftSettings: strict),

        // What the benchmarks of Analytics share
        .target(name: "BenchSupport", swiftSettings: strict),
        .executableTarget(name: "RecommendBench", dependencies: ["Analytics", "BenchSupport"], swiftSettings: strict),

        .executableTarget(name: "ClusterBench", dependencies: ["Analytics", "BenchSupport"], swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: [
                "Postgres", "Millrace", "Shop", logging,
                lifecycle,
            ], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "AnalyticsTests", dependencies: ["Analytics", "CKernels"],
            exclude: ["LifetimeValue/cdnow-summary.csv"], swiftSettings: strict),
        .testTarget(
            name: "MailTests",
            dependencies: [
                "Mail", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: strict),
        .testTarget(
            name: "MillraceTests", dependencies: ["Millrace", "MillraceTesting", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(name: "ShopTests", dependencies: ["Shop", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PluginTests",
            dependencies: [
                "ProfileRebuild", "ALSTraining", "ContentBatch", "CampaignDispatch", "TestSupport", "Mail", "Analytics",
            ],
            swiftSettings: strict),
        // The code of the articles in Sources/*/*.docc; ops/check-docs compares.
        .testTarget(
            name: "GuideTests",
            dependencies: [
                "Millrace", "MillraceTesting", "Postgres", "TestSupport", logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(name: "CLITests", dependencies: ["MillraceCLI", "TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
