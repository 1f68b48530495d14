/// What the manual page says beside the commands.
enum ManualTexts {
    /// The day on which the commands or these texts last changed; man shows it at the foot.
    static let revised = "2026-11-27"

    static let name = "a job scheduler on PostgreSQL"

    /// Defaults that depend on the machine, so that the page is the same everywhere.
    static let defaultsOfTheMachine = ["slots": "as many as the machine has processors"]

    static let description = [
        """
        Millrace runs jobs, pipelines of jobs and schedules on PostgreSQL alone. `millrace worker` and `millrace \
        coordinator` are the processes that do the work, as many as you like on any machine; the other commands look \
        into the database and change what stands in it.
        """,
        """
        The database is named by `DATABASE_URL`, or by libpq's own variables. It must have been migrated with `millrace \
        migrate` before any other command uses it.
        """,
        """
        Each command takes `--help` and `--version`. Listings take `--format`: a table for people, JSON or CSV for \
        programs. Results go to standard output, messages and logs to standard error.
        """,
    ]

    static let environment: [(tag: String, text: String)] = [
        (
            "DATABASE_URL",
            """
            The database: `postgres://account:password@host:port/database?option=value`, or settings of libpq such as \
            `host=/run/postgresql dbname=shop`. Options are libpq's.
            """
        ),
        (
            "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, ...",
            "libpq's own; they fill what `DATABASE_URL` leaves out."
        ),
        (
            "MILLRACE_PREPARED_STATEMENTS",
            "`off` behind a PgBouncer in transaction mode that does not track prepared statements; `on` when left out."
        ),
        (
            "MILLRACE_LOG_LEVEL",
            """
            How much `worker`, `coordinator` and `dev` log: trace, debug, info (usual), notice, warning, error or \
            critical.
            """
        ),
        (
            "MILLRACE_SMTP_URL",
            """
            The SMTP server of workers that send mail, such as `smtp://user@host:587?tls=starttls`. When left out: \
            `smtp://127.0.0.1`, port 25.
            """
        ),
        ("SMTP_PASSWORD", "The password, when `MILLRACE_SMTP_URL` names a user and no password."),
        ("TZDIR", "The folder of the time zone database, when it is not in one of the usual places."),
    ]

    static let exitStatus: [(tag: String, text: String)] = [
        ("0", "Done."),
        ("1", "The job or the check failed."),
        ("2", "Wrong usage."),
        ("3", "The database cannot be reached."),
        ("130", "Interrupted."),
    ]

    static let files: [(tag: String, text: String)] = [
        ("/usr/share/zoneinfo", "The time zones that schedules follow."),
        (".millrace/dev", "The private server of `millrace dev`, below the current folder."),
        ("~/.pgpass, ~/.pg_service.conf", "Passwords and named connections, read by libpq."),
    ]

    static let examples: [(what: String, lines: [String])] = [
        (
            "Make the tables, try the program with a made-up shop, and look at the jobs:",
            [
                "export DATABASE_URL=postgres://postgres@localhost/millrace",
                "millrace migrate",
                "millrace sample-shop --output shop",
                "millrace import items shop/items.csv",
                "millrace import customers shop/customers.csv",
                "millrace import events shop/events.csv",
                "millrace apply jobs/",
                "millrace worker --coordinator &",
                "millrace run nightly-personalization --wait",
                "millrace job list",
            ]
        ),
        ("See why a job waits, and what failed today:", ["millrace job why 42", "millrace job list --state failed"]),
        (
            "See when a schedule would fire, without a database:",
            ["millrace schedule next --cron '30 2 * * SUN#1' --timezone Europe/Berlin"]
        ),
    ]

    static let seeAlso: [(name: String, section: Int)] = [("psql", 1), ("createdb", 1), ("crontab", 5), ("tzfile", 5)]
}
