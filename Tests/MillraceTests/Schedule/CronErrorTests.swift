import Millrace
import Testing

@Suite("Cron errors")
struct CronErrorTests {
    @Test(
        "a wrong expression is refused with the field, the column and the way out",
        arguments: [
            ("", nil, 1, "write the five fields"),
            ("* * * *", nil, 8, "write five: minute, hour, day of month, month, day of week"),
            ("0 0 3 * * *", nil, 11, "leave it out"),
            ("TZ=UTC 0 3 * * *", nil, 1, "give the zone as `timezone`"),
            ("60 * * * *", .minute, 1, "write a minute from 0 to 59"),
            ("0 25 * * *", .hour, 3, "write an hour from 0 to 23"),
            ("0 0 0 * *", .dayOfMonth, 5, "write a day from 1 to 31"),
            ("0 0 1,32 * *", .dayOfMonth, 7, "write a day from 1 to 31"),
            ("0 0 1 13 *", .month, 7, "write a month from 1 to 12 or JAN to DEC"),
            ("0 0 * * 8", .dayOfWeek, 9, "write a day from 0 to 7"),
            ("99999999999999999999 * * * *", .minute, 1, "from 0 to 59"),
            ("é * * * *", .minute, 1, "from 0 to 59"),
            ("-5 * * * *", .minute, 1, "from 0 to 59"),
            ("+5 * * * *", .minute, 1, "from 0 to 59"),
            ("1,,2 * * * *", .minute, 3, "from 0 to 59"),
            ("1- * * * *", .minute, 3, "from 0 to 59"),
            ("1-2-3 * * * *", .minute, 1, "write a range like 1-5"),
            ("*/0 * * * *", .minute, 3, "write */2 for every second value"),
            ("5/ * * * *", .minute, 3, "write */2 for every second value"),
            ("*/90 * * * *", .minute, 3, "write a step from 1 to 60"),
            ("0 22-4 * * *", .hour, 3, "write 22-23,0-4"),
            ("0 0 25-1 * *", .dayOfMonth, 5, "write 25-31,1"),
            ("0 0 * * FRI-MON", .dayOfWeek, 9, "write 5-6,0-1"),
            ("0 0 * JUNE *", .month, 7, "did you mean JUN?"),
            ("0 0 * * FRY", .dayOfWeek, 9, "did you mean FRI?"),
            ("0 0 * MON *", .month, 7, "belongs into the field day of week"),
            ("0 0 ? * *", .dayOfMonth, 5, "write *"),
            ("0 0 L-31 * *", .dayOfMonth, 5, "write L (the last day)"),
            ("0 0 LW-3 * *", .dayOfMonth, 5, "write L (the last day)"),
            ("0 0 W * *", .dayOfMonth, 5, "write 1W to 31W"),
            ("0 0 1-5W * *", .dayOfMonth, 5, "write 1W to 31W"),
            ("0 0 * * L", .dayOfWeek, 9, "write 5L for the last Friday"),
            ("0 0 * * 5#6", .dayOfWeek, 11, "write 5#2"),
            ("0 0 * * 5#", .dayOfWeek, 11, "write 5#2"),
            ("@dayly", nil, 1, "did you mean @daily?"),
            ("@reboot", nil, 1, "write @hourly"),
            ("@every 5m", nil, 1, "as a step"),
            ("@daily *", nil, 8, "leave out what follows"),
        ] as [(String, CronField?, Int, String)])
    func refused(cron: String, field: CronField?, column: Int, wayOut: String) throws {
        let error = try #require(throws: CronError.self) { try CronExpression(cron) }
        #expect(error.field == field)
        #expect(error.column == column)
        #expect(error.wayOut.contains(wayOut), "\(error)")
        #expect(error.expression == cron)
    }

    @Test("the message says where, what and how to go on")
    func message() throws {
        let error = try #require(throws: CronError.self) { try CronExpression("0 25 * * *") }
        #expect(
            error.description
                == "cron \"0 25 * * *\", column 3, hour: 25 is more than 23 → write an hour from 0 to 23")
    }

    @Test("an expression that never fires says so")
    func never() throws {
        let expression = try CronExpression("0 0 31 2 *")
        let error = try #require(throws: CronError.self) { try expression.requireFiring() }
        #expect(
            error.description == "cron \"0 0 31 2 *\", column 1: it never fires: February never has such a day"
                + " → change the days or the months")
    }
}
