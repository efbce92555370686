public import Customers
import Foundation
import GRDB
public import VehicleSignals

/// For whom a bearer key speaks.
public struct APIKeyIdentity: Sendable, Hashable {
    public var id: Int64
    /// A dealer's key, a manufacturer's name, a person's key.
    public var party: String
    public var role: Role
}

/// A key as lists show it; the key itself is known to its bearer only.
public struct APIKeyRecord: Sendable, Hashable {
    public var id: Int64
    public var party: String
    public var role: Role
    public var createdAt: Timestamp
    public var lastUsedAt: Timestamp?
    public var revokedAt: Timestamp?
}

extension CustomerStore {
    /// Use of a key is noted at most this often, so that reading does not become writing.
    static let lastUsedGrain = TimeSpan.minutes(1)
    /// Longest bearer token that is looked at.
    static let keyCharactersMax = 200

    /// Makes a key and returns its text: `tpk_` and 256 random bits in hexadecimal. It cannot be
    /// shown again; the file holds its SHA-256 only, which for random bits needs no salt.
    public func createKey(party: String, role: Role, now: Timestamp) throws -> String {
        let key = "tpk_" + Identifiers.hex(Identifiers.randomBytes(32))
        try pool.write { db in
            try db.run(
                "INSERT INTO api_keys (hash, party, role, created) VALUES (?, ?, ?, ?)",
                [Identifiers.sha256(key), party, role.rawValue, now.milliseconds])
        }
        return key
    }

    /// Whose key it is; `nil` if unknown or revoked. Notes the use.
    public func verify(key: String, now: Timestamp) throws -> APIKeyIdentity? {
        guard let found = try look(up: key, now: now) else { return nil }
        if found.isUseToBeNoted { try noteUse(of: found.identity.id, now: now) }
        return found.identity
    }

    /// Whose key it is, without writing anything, and whether its use should be noted; `nil` if
    /// unknown or revoked. Looking up the hash tells an attacker by its timing nothing about the
    /// key, since he cannot steer the hash.
    public func look(
        up key: String, now: Timestamp
    ) throws -> (identity: APIKeyIdentity, isUseToBeNoted: Bool)? {
        guard key.hasPrefix("tpk_"), key.utf8.count <= Self.keyCharactersMax else { return nil }
        let hash = Identifiers.sha256(key)
        let found = try pool.read { db in
            try db.row("SELECT * FROM api_keys WHERE hash = ? AND revoked IS NULL", [hash])
        }
        guard let row = found else { return nil }
        let identity = APIKeyIdentity(
            id: row["id"], party: row["party"], role: try row.word("role", of: "api_keys"))
        let used = row.optionalTime("last_used") ?? .distantPast
        return (identity, now.since(used) >= Self.lastUsedGrain)
    }

    /// Notes that a key was used.
    public func noteUse(of id: Int64, now: Timestamp) throws {
        try pool.write { db in
            try db.run(
                "UPDATE api_keys SET last_used = ? WHERE id = ?", [now.milliseconds, id])
        }
    }

    /// Ends a key at once; `false` if there is none of that number or it was revoked before.
    public func revokeKey(id: Int64, now: Timestamp) throws -> Bool {
        try pool.write { db in
            try db.change(
                "UPDATE api_keys SET revoked = ? WHERE id = ? AND revoked IS NULL",
                [now.milliseconds, id]) > 0
        }
    }

    /// All keys, revoked ones too.
    public func keys() throws -> [APIKeyRecord] {
        try pool.read { db in
            try db.rows("SELECT * FROM api_keys ORDER BY id").map { row in
                APIKeyRecord(
                    id: row["id"], party: row["party"], role: try row.word("role", of: "api_keys"),
                    createdAt: row.time("created"), lastUsedAt: row.optionalTime("last_used"),
                    revokedAt: row.optionalTime("revoked"))
            }
        }
    }
}
