import Millrace

extension SchemaComponent {
    /// The tables of this package, in a schema of their own beside Millrace's.
    static let greeter = SchemaComponent(
        schema: "greeter",
        migrations: [File(name: "m0001_customers", text: customersMigration)],
        replaced: [File(name: "grants", text: grants)])
}

private let customersMigration = """
    CREATE SCHEMA greeter;

    CREATE TABLE greeter.customer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text,
        quiet_until timestamptz
    );
    COMMENT ON COLUMN greeter.customer.quiet_until IS 'No greeting before this time; NULL for any time.';

    CREATE TABLE greeter.greeting (
        customer_id bigint NOT NULL REFERENCES greeter.customer,
        day date NOT NULL,
        text text NOT NULL,
        job_id bigint NOT NULL,
        PRIMARY KEY (customer_id, day)
    );

    CREATE TABLE greeter.tally (
        day date PRIMARY KEY,
        greetings bigint NOT NULL
    );
    """

private let grants = """
    GRANT USAGE ON SCHEMA greeter TO millrace_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA greeter TO millrace_worker;
    """
