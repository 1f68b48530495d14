import Millrace
import Testing

@Suite("Cron in plain English")
struct CronSummaryTests {
    @Test(
        "an expression is said in words",
        arguments: [
            ("* * * * *", "every minute"),
            ("*/15 * * * *", "every 15 minutes"),
            ("@hourly", "every hour"),
            ("5 * * * *", "every hour at minute 5"),
            ("5,10,20 * * * *", "every hour at minutes 5, 10 and 20"),
            ("0 3 * * *", "every day at 03:00"),
            ("30 9,17 * * 1-5", "on Monday to Friday at 09:30 and 17:30"),
            ("*/15 9-17 * * MON-FRI", "every 15 minutes from 09:00 to 17:45 on Monday to Friday"),
            ("0 9-17 * * *", "every hour from 09:00 to 17:00"),
            ("0 */2 * * *", "every 2 hours from 00:00"),
            ("1-50 4,6 * * *", "every day at minutes 1 to 50 of the hours 4 and 6"),
            ("@weekly", "on Sunday at 00:00"),
            ("@yearly", "on day 1 of January at 00:00"),
            ("0 0 L * *", "on the last day of the month at 00:00"),
            ("0 0 LW 1,6 *", "on the last weekday of January and June at 00:00"),
            ("0 0 15W * *", "on the weekday nearest to day 15 of the month at 00:00"),
            ("0 0 L-3,1-7 * *", "on days 1 to 7 and 3 days before the last day of the month at 00:00"),
            ("0 12 * * 5#2,1L", "on the second Friday and the last Monday at 12:00"),
            ("0 0 13 * 5", "on day 13 of the month and on Friday at 00:00"),
            ("0 0 */15 5 1", "on Monday if it is day 1, 16 or 31 of the month at 00:00 in May"),
            ("0 0 30 2 *", "never"),
        ])
    func summary(cron: String, expected: String) throws {
        #expect(try CronExpression(cron).summary == expected)
    }
}
