/// Where the sample shop's customers live and what they are called.
enum SampleNames {
    struct Place: Sendable {
        let country: String
        let region: String
        let timeZone: String
        let weight: Double
    }

    /// Homes of customers who read English.
    static let englishPlaces = [
        Place(country: "United Kingdom", region: "London", timeZone: "Europe/London", weight: 0.30),
        Place(country: "United Kingdom", region: "Scotland", timeZone: "Europe/London", weight: 0.15),
        Place(country: "United Kingdom", region: "Yorkshire", timeZone: "Europe/London", weight: 0.15),
        Place(country: "Ireland", region: "Leinster", timeZone: "Europe/Dublin", weight: 0.10),
        Place(country: "United States", region: "New York", timeZone: "America/New_York", weight: 0.12),
        Place(country: "United States", region: "California", timeZone: "America/Los_Angeles", weight: 0.08),
        Place(country: "Australia", region: "Victoria", timeZone: "Australia/Melbourne", weight: 0.10),
    ]

    /// Homes of customers who read Chinese.
    static let chinesePlaces = [
        Place(country: "China", region: "Shanghai", timeZone: "Asia/Shanghai", weight: 0.35),
        Place(country: "China", region: "Guangdong", timeZone: "Asia/Shanghai", weight: 0.30),
        Place(country: "China", region: "Sichuan", timeZone: "Asia/Shanghai", weight: 0.15),
        Place(country: "Hong Kong", region: "Kowloon", timeZone: "Asia/Hong_Kong", weight: 0.10),
        Place(country: "Singapore", region: "Singapore", timeZone: "Asia/Singapore", weight: 0.10),
    ]

    static let englishGivenNames = [
        "Amelia", "Arthur", "Beatrice", "Callum", "Charlotte", "Daniel", "Eleanor", "Elliot", "Fiona", "Freya",
        "George", "Grace", "Hannah", "Harry", "Imogen", "Isaac", "James", "Joan", "Kieran", "Laura", "Leo", "Lucy",
        "Maeve", "Martin", "Niamh", "Noah", "Olive", "Oscar", "Patrick", "Poppy", "Quentin", "Rhys", "Rosa", "Samuel",
        "Sophie", "Thomas", "Una", "Victor", "Wendy", "Zoe",
    ]

    static let englishFamilyNames = [
        "Abbott", "Baker", "Barnes", "Bennett", "Byrne", "Campbell", "Carter", "Clarke", "Cooper", "Doyle", "Ellis",
        "Evans", "Fisher", "Fleming", "Foster", "Gibson", "Graham", "Hughes", "Hunter", "Jenkins", "Kelly", "Kerr",
        "Lawson", "Lloyd", "Marsh", "Mitchell", "Morgan", "Murphy", "Nolan", "O'Brien", "Palmer", "Parker", "Reid",
        "Russell", "Sharp", "Shaw", "Stewart", "Turner", "Walsh", "Young",
    ]

    static let chineseFamilyNames = [
        ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("赵", "zhao"),
        ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"), ("胡", "hu"), ("朱", "zhu"),
        ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"), ("马", "ma"), ("罗", "luo"),
    ]

    static let chineseGivenNames = [
        ("伟", "wei"), ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"), ("磊", "lei"), ("洋", "yang"),
        ("艳", "yan"), ("勇", "yong"), ("杰", "jie"), ("涛", "tao"), ("明", "ming"), ("超", "chao"),
        ("秀英", "xiuying"), ("建华", "jianhua"), ("晓梅", "xiaomei"), ("志强", "zhiqiang"), ("雨桐", "yutong"),
        ("子涵", "zihan"), ("浩然", "haoran"), ("思远", "siyuan"), ("佳怡", "jiayi"), ("文博", "wenbo"),
        ("梦琪", "mengqi"), ("嘉欣", "jiaxin"), ("俊杰", "junjie"), ("雪", "xue"), ("宇航", "yuhang"),
    ]
}
