import GRDB

/// The tables of `customers.db`. A migration that has left the house is never edited; a change
/// is a further migration.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 people, vehicles and rights") { db in
            try db.execute(sql: registry)
            try db.execute(sql: rights)
        }
        migrator.registerMigration("2 triggers, leads and deliveries") { db in
            try db.execute(sql: leads)
            try db.execute(sql: deliveries)
        }
        migrator.registerMigration("3 ledger, keys and marks") { db in
            try db.execute(sql: ledger)
            try db.execute(sql: appendOnly)
            try db.execute(sql: marks)
        }
        migrator.registerMigration("4 grounds of permissions") { db in
            try db.execute(
                sql: "ALTER TABLE permissions ADD COLUMN basis TEXT NOT NULL DEFAULT 'consent'")
        }
        migrator.registerMigration("5 schedules and ages") { db in
            try db.execute(sql: schedulesAndAges)
        }
        migrator.registerMigration("6 usage releases") { db in
            try db.execute(sql: usageReleases)
        }
        migrator.registerMigration("7 merged vehicles") { db in
            try db.execute(sql: mergedVehicles)
        }
        migrator.registerMigration("8 dealers' calendars") { db in
            try db.execute(
                sql: """
                    ALTER TABLE dealers ADD COLUMN opening_hours TEXT NOT NULL DEFAULT '';
                    ALTER TABLE dealers ADD COLUMN holidays TEXT NOT NULL DEFAULT '';
                    """)
        }
        migrator.registerMigration("9 reported names") { db in
            try db.execute(sql: reportedNames)
        }
        return migrator
    }

    /// `schedule_start`: attempts made before the schedule that runs now began. A replay by hand
    /// begins it anew, while `attempts` goes on counting: from it a withdrawal knows whether
    /// anything may have left.
    private static let schedulesAndAges = """
        ALTER TABLE outbox ADD COLUMN schedule_start INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX outbox_finished ON outbox (finished) WHERE state <> 'pending';
        CREATE INDEX idempotency_updated ON idempotency (updated);
        CREATE INDEX leads_vehicle ON leads (vehicle, epoch);
        """

    /// What was released of a month, in the form of whoever releases it.
    private static let usageReleases = """
        CREATE TABLE usage_releases (
            month INTEGER PRIMARY KEY, cells BLOB NOT NULL, updated INTEGER NOT NULL);
        """

    /// Numbers of vehicles that turned out to be others. Kept for good: whoever has state under
    /// such a number moves it whenever he comes across it.
    private static let mergedVehicles = """
        CREATE TABLE merged_vehicles (
            vehicle INTEGER PRIMARY KEY, into_vehicle INTEGER NOT NULL REFERENCES vehicles (id),
            at INTEGER NOT NULL);
        """

    /// Which VIN was reported under a name that is no vehicle's, until a vehicle has it.
    private static let reportedNames = """
        CREATE TABLE reported_names (
            source TEXT NOT NULL, external_id TEXT NOT NULL, vin TEXT NOT NULL, at INTEGER NOT NULL,
            is_several INTEGER NOT NULL DEFAULT 0, refused TEXT,
            PRIMARY KEY (source, external_id)) WITHOUT ROWID;
        CREATE INDEX reported_names_vin ON reported_names (vin);
        """

    private static let registry = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO meta VALUES
            ('position', 0), ('registry_version', 1), ('change_sequence', 0), ('reconcile_all', 0);
        CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE persons (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            language TEXT NOT NULL, phone TEXT, email TEXT, sms TEXT, post TEXT, best_time TEXT,
            advisor TEXT, do_not_contact INTEGER NOT NULL);
        CREATE TABLE vehicles (
            id INTEGER PRIMARY KEY AUTOINCREMENT, vin TEXT, brand TEXT NOT NULL,
            model TEXT NOT NULL, model_year INTEGER, powertrain TEXT NOT NULL,
            time_zone TEXT NOT NULL, battery_type TEXT NOT NULL, plate TEXT, interval_km INTEGER,
            interval_days INTEGER, last_service_day INTEGER, last_service_km INTEGER,
            gate INTEGER NOT NULL);
        CREATE TABLE vehicle_names (
            source TEXT NOT NULL, external_id TEXT NOT NULL,
            vehicle INTEGER NOT NULL REFERENCES vehicles (id),
            PRIMARY KEY (source, external_id)) WITHOUT ROWID;
        CREATE INDEX vehicle_names_external ON vehicle_names (external_id);
        CREATE INDEX vehicle_names_vehicle ON vehicle_names (vehicle);
        CREATE TABLE gates (
            id INTEGER PRIMARY KEY AUTOINCREMENT, vehicle INTEGER NOT NULL REFERENCES vehicles (id),
            gate INTEGER NOT NULL, at INTEGER NOT NULL, recorded INTEGER NOT NULL);
        CREATE INDEX gates_vehicle ON gates (vehicle, at);
        CREATE TABLE epochs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, vehicle INTEGER NOT NULL REFERENCES vehicles (id),
            person INTEGER NOT NULL REFERENCES persons (id), role TEXT NOT NULL,
            from_time INTEGER NOT NULL, to_time INTEGER, disputed TEXT, silent_until INTEGER,
            recorded INTEGER NOT NULL, UNIQUE (vehicle, person, role, from_time));
        CREATE INDEX epochs_person ON epochs (person);
        """

    private static let rights = """
        CREATE TABLE dealers (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            time_zone TEXT NOT NULL, kind TEXT NOT NULL);
        CREATE TABLE dealer_brands (
            dealer INTEGER NOT NULL REFERENCES dealers (id), brand TEXT NOT NULL,
            PRIMARY KEY (dealer, brand)) WITHOUT ROWID;
        CREATE TABLE endpoints (
            id INTEGER PRIMARY KEY AUTOINCREMENT, dealer INTEGER NOT NULL REFERENCES dealers (id),
            kind TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL, enabled INTEGER NOT NULL,
            disabled_reason TEXT, disabled_at INTEGER, UNIQUE (dealer, kind, url));
        CREATE TABLE choices (
            id INTEGER PRIMARY KEY AUTOINCREMENT, epoch INTEGER NOT NULL REFERENCES epochs (id),
            dealer INTEGER REFERENCES dealers (id), at INTEGER NOT NULL,
            recorded INTEGER NOT NULL);
        CREATE INDEX choices_epoch ON choices (epoch, at);
        CREATE TABLE permissions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL REFERENCES persons (id),
            controller TEXT NOT NULL, purpose TEXT NOT NULL, channel TEXT,
            epoch INTEGER REFERENCES epochs (id), state TEXT NOT NULL, at INTEGER NOT NULL,
            valid_until INTEGER, evidence TEXT, recorded INTEGER NOT NULL);
        CREATE INDEX permissions_person ON permissions (person, purpose);
        CREATE INDEX permissions_purpose ON permissions (purpose, person);
        CREATE TABLE agreements (
            id INTEGER PRIMARY KEY AUTOINCREMENT, manufacturer TEXT NOT NULL,
            dealer INTEGER NOT NULL REFERENCES dealers (id), version INTEGER NOT NULL,
            brands TEXT NOT NULL, purposes TEXT NOT NULL, data_classes TEXT NOT NULL,
            valid_from INTEGER NOT NULL, valid_to INTEGER, status TEXT NOT NULL,
            UNIQUE (manufacturer, dealer, version));
        CREATE INDEX agreements_dealer ON agreements (dealer);
        """

    private static let leads = """
        CREATE TABLE triggers (
            id INTEGER PRIMARY KEY AUTOINCREMENT, vehicle INTEGER NOT NULL REFERENCES vehicles (id),
            code TEXT NOT NULL, position TEXT NOT NULL, cycle INTEGER NOT NULL,
            phase TEXT NOT NULL, parked TEXT, tier INTEGER NOT NULL,
            rule_version INTEGER NOT NULL, sequence INTEGER NOT NULL, event_time INTEGER NOT NULL,
            stamp_time INTEGER NOT NULL, epoch INTEGER, due_early INTEGER, due_expected INTEGER,
            due_late INTEGER, due_basis TEXT NOT NULL, confidence TEXT NOT NULL,
            odometer_km INTEGER, odometer_time INTEGER, reason TEXT NOT NULL, action TEXT NOT NULL,
            facts TEXT NOT NULL, inputs_hash TEXT NOT NULL, correlation TEXT NOT NULL, lead TEXT,
            opened INTEGER NOT NULL, updated INTEGER NOT NULL,
            UNIQUE (vehicle, code, position, cycle));
        CREATE INDEX triggers_active ON triggers (vehicle) WHERE phase IN ('OPEN', 'ESCALATED');
        CREATE TABLE leads (
            id TEXT PRIMARY KEY, trigger_id INTEGER NOT NULL REFERENCES triggers (id),
            vehicle INTEGER NOT NULL, dealer INTEGER NOT NULL REFERENCES dealers (id),
            epoch INTEGER NOT NULL, reference TEXT NOT NULL, status TEXT NOT NULL,
            is_active INTEGER NOT NULL, version INTEGER NOT NULL, sequence INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, acknowledge_by INTEGER,
            contact_by INTEGER, expires INTEGER, ended_reason TEXT, basis TEXT NOT NULL
            ) WITHOUT ROWID;
        CREATE UNIQUE INDEX leads_one_active ON leads (trigger_id) WHERE is_active;
        CREATE UNIQUE INDEX leads_sequence ON leads (dealer, sequence);
        CREATE INDEX leads_trigger ON leads (trigger_id);
        CREATE INDEX leads_active ON leads (vehicle) WHERE is_active;
        CREATE INDEX leads_expiry ON leads (expires) WHERE is_active;
        CREATE TABLE lead_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT, lead TEXT NOT NULL, status TEXT NOT NULL,
            at INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT, text TEXT, appointment TEXT,
            repair_order TEXT, is_late INTEGER NOT NULL, recorded INTEGER NOT NULL);
        CREATE INDEX lead_history_lead ON lead_history (lead, id);
        CREATE TABLE idempotency (
            dealer INTEGER NOT NULL, key TEXT NOT NULL, lead TEXT NOT NULL, body_hash BLOB NOT NULL,
            status TEXT NOT NULL, version INTEGER NOT NULL, sequence INTEGER NOT NULL,
            updated INTEGER NOT NULL, is_late INTEGER NOT NULL,
            PRIMARY KEY (dealer, key)) WITHOUT ROWID;
        CREATE TABLE quality_notes (
            id INTEGER PRIMARY KEY AUTOINCREMENT, lead TEXT NOT NULL, code TEXT NOT NULL,
            kind TEXT NOT NULL, at INTEGER NOT NULL);
        """

    private static let deliveries = """
        CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL UNIQUE, lead TEXT NOT NULL,
            dealer INTEGER NOT NULL, endpoint INTEGER NOT NULL REFERENCES endpoints (id),
            kind TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
            next_attempt INTEGER NOT NULL, is_leased INTEGER NOT NULL DEFAULT 0,
            created INTEGER NOT NULL, finished INTEGER, last_error TEXT);
        CREATE INDEX outbox_due ON outbox (endpoint, next_attempt, seq) WHERE state = 'pending';
        CREATE INDEX outbox_lead ON outbox (lead, endpoint, seq);
        """

    private static let ledger = """
        CREATE TABLE disclosures (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, recipient TEXT NOT NULL,
            door TEXT NOT NULL, data_classes TEXT NOT NULL, reference TEXT NOT NULL,
            purpose TEXT NOT NULL, basis TEXT NOT NULL, lead TEXT, event TEXT, attempt INTEGER);
        CREATE INDEX disclosures_reference ON disclosures (reference);
        CREATE INDEX disclosures_lead ON disclosures (lead);
        CREATE TABLE api_keys (
            id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, party TEXT NOT NULL,
            role TEXT NOT NULL, created INTEGER NOT NULL, last_used INTEGER, revoked INTEGER);
        """

    /// What is history stays as it was written: the file itself refuses a change.
    private static var appendOnly: String {
        ["disclosures", "permissions", "choices", "gates", "lead_history"].map { table in
            """
            CREATE TRIGGER \(table)_keep_rows BEFORE DELETE ON \(table) BEGIN
                SELECT RAISE(ABORT, 'rows of \(table) are never deleted'); END;
            CREATE TRIGGER \(table)_keep_words BEFORE UPDATE ON \(table) BEGIN
                SELECT RAISE(ABORT, 'rows of \(table) are never changed'); END;
            """
        }.joined(separator: "\n")
    }

    /// Whatever a decision rests on marks the vehicles that have triggers when it changes, so that
    /// no way of changing it can forget to; `reconcile` takes the marks up.
    private static let marks = """
        CREATE TABLE marked_vehicles (vehicle INTEGER PRIMARY KEY);
        CREATE TRIGGER mark_epoch AFTER INSERT ON epochs
            WHEN EXISTS (SELECT 1 FROM triggers WHERE vehicle = NEW.vehicle) BEGIN
            INSERT OR IGNORE INTO marked_vehicles VALUES (NEW.vehicle); END;
        CREATE TRIGGER mark_epoch_change AFTER UPDATE ON epochs
            WHEN EXISTS (SELECT 1 FROM triggers WHERE vehicle = NEW.vehicle) BEGIN
            INSERT OR IGNORE INTO marked_vehicles VALUES (NEW.vehicle); END;
        CREATE TRIGGER mark_choice AFTER INSERT ON choices BEGIN
            INSERT OR IGNORE INTO marked_vehicles SELECT e.vehicle FROM epochs e
            WHERE e.id = NEW.epoch
                AND EXISTS (SELECT 1 FROM triggers t WHERE t.vehicle = e.vehicle);
            END;
        CREATE TRIGGER mark_permission AFTER INSERT ON permissions BEGIN
            INSERT OR IGNORE INTO marked_vehicles SELECT e.vehicle FROM epochs e
            WHERE e.person = NEW.person
                AND EXISTS (SELECT 1 FROM triggers t WHERE t.vehicle = e.vehicle); END;
        CREATE TRIGGER mark_person AFTER UPDATE OF do_not_contact ON persons
            WHEN OLD.do_not_contact <> NEW.do_not_contact BEGIN
            INSERT OR IGNORE INTO marked_vehicles SELECT e.vehicle FROM epochs e
            WHERE e.person = NEW.id
                AND EXISTS (SELECT 1 FROM triggers t WHERE t.vehicle = e.vehicle); END;
        CREATE TRIGGER mark_vehicle AFTER UPDATE OF brand, gate ON vehicles
            WHEN EXISTS (SELECT 1 FROM triggers WHERE vehicle = NEW.id) BEGIN
            INSERT OR IGNORE INTO marked_vehicles VALUES (NEW.id); END;
        CREATE TRIGGER mark_agreement AFTER INSERT ON agreements BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        CREATE TRIGGER mark_agreement_change AFTER UPDATE ON agreements BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        CREATE TRIGGER mark_brand AFTER INSERT ON dealer_brands BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        CREATE TRIGGER mark_brand_end AFTER DELETE ON dealer_brands BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        CREATE TRIGGER mark_endpoint AFTER INSERT ON endpoints BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        CREATE TRIGGER mark_dealer AFTER UPDATE OF kind ON dealers BEGIN
            UPDATE meta SET value = 1 WHERE name = 'reconcile_all'; END;
        """
}
