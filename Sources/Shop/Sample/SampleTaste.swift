/// A planted taste: a group of categories that the same customers like.
struct SampleTaste: Sendable {
    struct Category: Sendable {
        let name: String
        /// Price of an ordinary item in pence.
        let price: Int
        let nouns: [String]
    }

    let name: String
    let brands: [String]
    let adjectives: [String]
    let categories: [Category]

    /// The eight tastes of the sample shop.
    static let all: [SampleTaste] = [
        SampleTaste(
            name: "kitchen", brands: ["Copperhill", "Old Mill", "Saltbox"],
            adjectives: [
                "Enamel", "Stoneware", "Cast Iron", "Beechwood", "Copper", "Glazed", "Hand-Thrown", "Farmhouse",
            ],
            categories: [
                Category(
                    name: "coffee", price: 2400, nouns: ["Coffee Pot", "Coffee Grinder", "Espresso Cup", "Milk Jug"]),
                Category(name: "baking", price: 1800, nouns: ["Loaf Tin", "Mixing Bowl", "Rolling Pin", "Cake Stand"]),
                Category(
                    name: "tableware", price: 1600, nouns: ["Dinner Plate", "Salad Bowl", "Serving Board", "Mug"]),
            ]),
        SampleTaste(
            name: "garden", brands: ["Greenacre", "Thornbury", "Wren & Row"],
            adjectives: ["Galvanised", "Terracotta", "Ash", "Heritage", "Rustic", "Slate", "Woven", "Weathered"],
            categories: [
                Category(name: "planting", price: 1500, nouns: ["Plant Pot", "Seed Tray", "Hanging Basket", "Trough"]),
                Category(
                    name: "garden-tools", price: 2200, nouns: ["Trowel", "Hand Fork", "Secateurs", "Watering Can"]),
                Category(name: "birds", price: 1900, nouns: ["Bird Feeder", "Nest Box", "Bird Bath", "Seed Scoop"]),
            ]),
        SampleTaste(
            name: "outdoors", brands: ["Fellside", "Northcairn", "Larch"],
            adjectives: ["Lightweight", "Trail", "Alpine", "Waxed", "Folding", "Insulated", "Windproof", "Merino"],
            categories: [
                Category(
                    name: "hiking", price: 3600, nouns: ["Daypack", "Walking Pole", "Rain Jacket", "Hiking Socks"]),
                Category(name: "camping", price: 4200, nouns: ["Camp Stove", "Sleeping Mat", "Lantern", "Tarp"]),
                Category(name: "cycling", price: 3200, nouns: ["Saddle Bag", "Bike Light", "Bottle Cage", "Gloves"]),
            ]),
        SampleTaste(
            name: "paper", brands: ["Inkwell", "Marlowe", "Quire"],
            adjectives: ["Linen", "Dotted", "Pocket", "Letterpress", "Recycled", "Marbled", "Brass", "Stitched"],
            categories: [
                Category(name: "notebooks", price: 1100, nouns: ["Notebook", "Sketchbook", "Planner", "Journal"]),
                Category(name: "pens", price: 1900, nouns: ["Fountain Pen", "Brush Pen", "Pencil Set", "Ink Bottle"]),
                Category(name: "cards", price: 700, nouns: ["Card Set", "Postcard Pack", "Gift Wrap", "Bookmark"]),
            ]),
        SampleTaste(
            name: "play", brands: ["Hoopla", "Tumble", "Little Wharf"],
            adjectives: ["Wooden", "Painted", "Giant", "Travel", "Magnetic", "Classic", "Animal", "Rainbow"],
            categories: [
                Category(name: "puzzles", price: 1700, nouns: ["Jigsaw", "Puzzle Cube", "Maze", "Tangram"]),
                Category(
                    name: "board-games", price: 2700, nouns: ["Chess Set", "Card Game", "Dominoes", "Strategy Game"]),
                Category(name: "building-toys", price: 2900, nouns: ["Block Set", "Marble Run", "Train Set", "Kite"]),
            ]),
        SampleTaste(
            name: "care", brands: ["Meadow", "Sable & Rue", "Tidal"],
            adjectives: ["Lavender", "Oat", "Rosehip", "Sea Salt", "Green Tea", "Almond", "Cedar", "Bergamot"],
            categories: [
                Category(name: "skin-care", price: 2100, nouns: ["Hand Cream", "Face Oil", "Cleanser", "Lip Balm"]),
                Category(name: "bath", price: 1300, nouns: ["Bath Soak", "Soap Bar", "Body Scrub", "Bath Brush"]),
                Category(
                    name: "fragrance", price: 3400, nouns: ["Candle", "Room Spray", "Reed Diffuser", "Perfume Oil"]),
            ]),
        SampleTaste(
            name: "sound", brands: ["Audial", "Basswood", "Halden"],
            adjectives: ["Wireless", "Studio", "Portable", "Walnut", "Compact", "Vintage", "Slim", "Reference"],
            categories: [
                Category(
                    name: "headphones", price: 5600, nouns: ["Headphones", "Earbuds", "Headphone Stand", "Ear Pads"]),
                Category(name: "speakers", price: 6400, nouns: ["Speaker", "Soundbar", "Speaker Stand", "Radio"]),
                Category(
                    name: "vinyl", price: 3000, nouns: ["Record Player", "Record Crate", "Stylus", "Record Brush"]),
            ]),
        SampleTaste(
            name: "pets", brands: ["Barley & Paw", "Kindly", "Whisker Row"],
            adjectives: ["Tweed", "Padded", "Canvas", "Chewy", "Cosy", "Reflective", "Leather", "Feather"],
            categories: [
                Category(name: "dogs", price: 2300, nouns: ["Dog Lead", "Dog Bed", "Dog Coat", "Rope Toy"]),
                Category(
                    name: "cats", price: 1900, nouns: ["Scratching Post", "Cat Tunnel", "Cat Bowl", "Cat Blanket"]),
                Category(
                    name: "treats", price: 900, nouns: ["Training Treats", "Dental Chew", "Biscuit Tin", "Snack Pouch"]),
            ]),
    ]
}

/// How dear an item is within its category; segments differ in which they buy.
enum SampleTier: Int, CaseIterable, Sendable {
    case budget, ordinary, premium

    /// Price in percent of the category's ordinary one.
    var pricePercent: Int {
        switch self {
        case .budget: 45
        case .ordinary: 100
        case .premium: 420
        }
    }

    var adjective: String? {
        switch self {
        case .budget: "Everyday"
        case .ordinary: nil
        case .premium: "Signature"
        }
    }
}
