"""Rows for Millrace's own tables, whatever columns they have: read from the catalog, filled by name."""


class Layout:
    def __init__(self, server, database):
        self.server, self.database = server, database

    def columns(self, table):
        """(name, must be given) of the columns of a table, in order."""
        rows = self.server.query(self.database, f"""
            SELECT attname || '|' || (attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = '')::int
            FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY attnum""")
        return [(name, needed == "1") for name, _, needed in (row.rpartition("|") for row in rows)]

    def key(self, table):
        """The columns of the primary key, in order."""
        return self.server.query(self.database, f"""
            SELECT attname FROM pg_index, unnest(indkey) WITH ORDINALITY AS part(number, place)
            JOIN pg_attribute ON attnum = part.number
            WHERE indrelid = '{table}'::regclass AND attrelid = indrelid AND indisprimary ORDER BY place""")

    def exists(self, table):
        return self.server.query(self.database, f"SELECT to_regclass('{table}') IS NOT NULL") == ["t"]

    def insertion(self, table, values):
        """(columns, expressions) of an INSERT into a table: what `values` has a name for, and nothing else."""
        chosen = []
        for name, needed in self.columns(table):
            if name in values:
                chosen.append((name, values[name]))
            elif needed:
                raise RuntimeError(f"{table} has a new column {name} that must be given: tell layout's callers its value")
        return ", ".join(name for name, _ in chosen), ", ".join(value for _, value in chosen)

    def copy(self, table, copied):
        """Makes a table like another one: columns, constraints, indexes, storage settings and, if it has any, a
        partition for everything."""
        source = f"'{table}'::regclass"
        partitioning = self.server.query(self.database, f"SELECT coalesce(pg_get_partkeydef({source}), '')")[0]
        settings = self.server.query(
            self.database, f"SELECT coalesce(array_to_string(reloptions, ', '), '') FROM pg_class WHERE oid = {source}")[0]
        self.server.query(self.database, f"CREATE TABLE {copied} (LIKE {table} INCLUDING ALL)"
                          + (f" PARTITION BY {partitioning}" if partitioning else f" WITH ({settings})" if settings else ""))
        if partitioning:
            self.server.query(self.database, f"CREATE TABLE {copied}_all PARTITION OF {copied} DEFAULT")
