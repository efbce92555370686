import GRDB

extension SQLiteStateStore {
    public func requestSave() throws(StateStoreError) -> Int64 {
        try write("ask the gateway to store what it holds") { db in
            try db.execute(sql: "UPDATE save_requests SET asked = asked + 1")
            return try Int64.fetchOne(db, sql: "SELECT asked FROM save_requests") ?? 0
        }
    }

    public func isSaveDone(_ request: Int64) throws(StateStoreError) -> Bool {
        try read("look whether the gateway has stored what it holds") { db in
            try Bool.fetchOne(
                db, sql: "SELECT done >= ? FROM save_requests", arguments: [request]) ?? false
        }
    }

    public func requestedSave() throws(StateStoreError) -> Int64? {
        // By the connection that saves: a long question must not keep a save waiting.
        try write("look for what is to be stored at once") { db in
            try Int64.fetchOne(db, sql: "SELECT asked FROM save_requests WHERE asked > done")
        }
    }

    public func noteSave(_ request: Int64) throws(StateStoreError) {
        try write("note that what was asked for is stored") { db in
            try db.execute(
                sql: "UPDATE save_requests SET done = max(done, ?)", arguments: [request])
        }
    }
}
