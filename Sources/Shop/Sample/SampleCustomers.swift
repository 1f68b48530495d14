/// The sample shop's customers, and the planted segment and tastes of each.
struct SampleCustomers: Sendable {
    struct Customer: Sendable {
        var row: CustomerRow
        /// Index into ``SampleSegment/all``.
        var segment: Int
        /// Indices into ``SampleTaste/all``: one, or two of which the first weighs more.
        var tastes: [Int]
        var zone: String
        var bounces: Bool
    }

    let all: [Customer]

    private static let segments = SampleWeights(SampleSegment.all.map(\.share))
    private static let englishPlaces = SampleWeights(SampleNames.englishPlaces.map(\.weight))
    private static let chinesePlaces = SampleWeights(SampleNames.chinesePlaces.map(\.weight))

    init(seed: UInt64, count: Int, days: Int, clock: SampleClock) {
        all = (0..<count).map { number in
            var random = SampleRandom(seed: seed, stream: .customers, number: number)
            return Self.customer(number, days: days, clock: clock, &random)
        }
    }

    private static func customer(
        _ number: Int, days: Int, clock: SampleClock, _ random: inout SampleRandom
    ) -> Customer {
        let segment = random.index(segments)
        let isChinese = random.chance(0.3)
        let place =
            isChinese
            ? SampleNames.chinesePlaces[random.index(chinesePlaces)]
            : SampleNames.englishPlaces[random.index(englishPlaces)]
        let (name, local) = isChinese ? chineseName(&random) : englishName(&random)

        var tastes = [random.below(SampleTaste.all.count)]
        if random.chance(0.5) {
            let second = random.below(SampleTaste.all.count - 1)
            tastes.append(second < tastes[0] ? second : second + 1)
        }

        // Known since before the first event: newcomers for a short while, all others for up to two years more.
        let firstDay = Int((Double(days) * (1 - SampleSegment.all[segment].active.lowerBound)).rounded(.up))
        let isNew = SampleSegment.all[segment].active.lowerBound > 0
        let createdAt = clock.moment(
            daysBack: firstDay + 1 + (isNew ? 0 : random.below(700)), secondOfDay: random.below(86_400),
            zone: place.timeZone)
        let consents = random.chance(0.85)
        let bounces = random.chance(0.01)
        let digits = String(number + 1).leftPadded(to: 6)
        return Customer(
            row: CustomerRow(
                code: "C" + digits, name: name, email: "\(bounces ? "bounce." : "")\(local).\(digits)@shop.example",
                locale: isChinese ? "zh" : "en", country: place.country, region: place.region,
                timeZone: place.timeZone, consentsToEmail: consents,
                consentAt: createdAt.advanced(bySeconds: 30 + random.below(600)), createdAt: createdAt),
            segment: segment, tastes: tastes, zone: place.timeZone, bounces: bounces)
    }

    private static func englishName(_ random: inout SampleRandom) -> (name: String, local: String) {
        let given = random.pick(SampleNames.englishGivenNames)
        let family = random.pick(SampleNames.englishFamilyNames)
        let local = "\(given).\(family)".lowercased().filter { $0 != "'" }
        return ("\(given) \(family)", local)
    }

    private static func chineseName(_ random: inout SampleRandom) -> (name: String, local: String) {
        let family = random.pick(SampleNames.chineseFamilyNames)
        let given = random.pick(SampleNames.chineseGivenNames)
        return (family.0 + given.0, "\(given.1).\(family.1)")
    }
}
