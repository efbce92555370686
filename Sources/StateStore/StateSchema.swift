import GRDB

/// The tables of `state.db` and how they came to be, step by step.
enum StateSchema {
    /// "TPS1": marks the file as a state file of this gateway.
    static let applicationID: Int32 = 0x5450_5331

    /// Steps are only ever added: a stored file has run those it knows.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-state") { db in try db.execute(sql: first) }
        migrator.registerMigration("2-requests") { db in try db.execute(sql: requests) }
        migrator.registerMigration("3-sources") { db in try db.execute(sql: sources) }
        migrator.registerMigration("4-saves") { db in try db.execute(sql: saves) }
        migrator.registerMigration("5-origins") { db in try db.execute(sql: origins) }
        return migrator
    }

    /// What is kept of a vehicle says what made it by a number too. The list of origins grows while
    /// the gateway runs, so it is a part of what tells catalogues apart.
    private static let origins = """
        CREATE TABLE catalogues_with_origins (
            id INTEGER PRIMARY KEY,
            paths TEXT NOT NULL,
            sources TEXT NOT NULL,
            origins TEXT NOT NULL,
            UNIQUE (paths, sources, origins)
        );
        INSERT INTO catalogues_with_origins SELECT id, paths, sources, '[]' FROM catalogues;
        DROP TABLE catalogues;
        ALTER TABLE catalogues_with_origins RENAME TO catalogues;
        """

    /// Whoever wants to read what a running gateway holds asks for a save first. One row, since a
    /// save answers everybody who asked before it began; beside the snapshot, since the first one
    /// may be what is asked for.
    private static let saves = """
        CREATE TABLE save_requests (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            asked INTEGER NOT NULL,
            done INTEGER NOT NULL
        );
        INSERT INTO save_requests VALUES (1, 0, 0);
        """

    /// A state holds numbers of sources too, so the list of sources stands beside that of signals;
    /// what decisions rest on beside signals may change while nothing runs; and stateful formats
    /// remember their senders.
    private static let sources = """
        CREATE TABLE catalogues_with_sources (
            id INTEGER PRIMARY KEY,
            paths TEXT NOT NULL,
            sources TEXT NOT NULL,
            UNIQUE (paths, sources)
        );
        INSERT INTO catalogues_with_sources SELECT id, paths, '' FROM catalogues;
        DROP TABLE catalogues;
        ALTER TABLE catalogues_with_sources RENAME TO catalogues;
        ALTER TABLE snapshot ADD COLUMN basis TEXT NOT NULL DEFAULT '';
        CREATE TABLE sessions (
            source TEXT NOT NULL,
            sender BLOB NOT NULL,
            format INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            used INTEGER NOT NULL,
            PRIMARY KEY (source, sender, format)
        ) WITHOUT ROWID;
        """

    /// `vehicle_days` has the day first: a save touches the days of now, which then lie side by
    /// side however many vehicles there are; usage is asked by span of days; and retention cuts
    /// off one end. One vehicle's days are found by one look-up a day.
    ///
    /// `unlinked_names` may hold a name under two numbers: that is mended by a join, whereas a
    /// save that fails for it would hold up everything.
    private static let first = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE catalogues (
            id INTEGER PRIMARY KEY,
            paths TEXT NOT NULL UNIQUE
        );
        CREATE TABLE snapshot (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            position INTEGER NOT NULL,
            catalogue INTEGER NOT NULL,
            quarantine_lost INTEGER NOT NULL DEFAULT 0,
            counters BLOB NOT NULL
        );
        CREATE TABLE vehicles (
            vehicle INTEGER PRIMARY KEY,
            catalogue INTEGER NOT NULL,
            state BLOB NOT NULL
        );
        CREATE TABLE vehicle_days (
            day INTEGER NOT NULL,
            vehicle INTEGER NOT NULL,
            metres INTEGER NOT NULL,
            driven INTEGER NOT NULL,
            first_odometer INTEGER,
            last_odometer INTEGER,
            position INTEGER NOT NULL,
            PRIMARY KEY (day, vehicle)
        ) WITHOUT ROWID;
        CREATE TABLE unlinked_names (
            number INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            external_id BLOB NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL
        );
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            position INTEGER NOT NULL,
            message_index INTEGER NOT NULL,
            standing TEXT NOT NULL,
            is_open INTEGER NOT NULL AS (standing = 'open'),
            source TEXT NOT NULL,
            mapping_version TEXT NOT NULL,
            reason TEXT NOT NULL,
            byte_offset INTEGER,
            detail TEXT NOT NULL,
            arrival INTEGER NOT NULL,
            payload_length INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            topic BLOB NOT NULL,
            payload BLOB NOT NULL,
            UNIQUE (position, message_index)
        );
        CREATE INDEX quarantine_by_age ON quarantine (is_open, id, bytes);
        """

    /// What somebody asks of the running gateway through the file: messages to be decoded again are
    /// a standing of the quarantine, erasures have a table. Of an erasure that is done the name is
    /// gone too.
    private static let requests = """
        ALTER TABLE quarantine ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE snapshot ADD COLUMN quarantine_aged INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX quarantine_asked ON quarantine (id) WHERE standing = 'retry';
        CREATE INDEX quarantine_arrival ON quarantine (arrival);
        CREATE TABLE erasures (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            asked INTEGER NOT NULL,
            vehicle INTEGER NOT NULL,
            source TEXT NOT NULL,
            external_id BLOB NOT NULL,
            step TEXT NOT NULL,
            states INTEGER NOT NULL DEFAULT 0,
            days INTEGER NOT NULL DEFAULT 0,
            names INTEGER NOT NULL DEFAULT 0,
            quarantined INTEGER NOT NULL DEFAULT 0,
            messages INTEGER NOT NULL DEFAULT 0,
            batches INTEGER NOT NULL DEFAULT 0,
            unreadable INTEGER NOT NULL DEFAULT 0
        );
        """
}
