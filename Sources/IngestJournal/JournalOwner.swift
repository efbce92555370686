extension SQLiteIngestJournal {
    /// Who has the journal at `path` open, as `process 4711`; `nil` if nobody has, or there is
    /// none. For commands beside a gateway that may run or not.
    public static func owner(ofJournalAt path: String) throws(JournalError) -> String? {
        guard JournalFile.byteCount(path + ".lock") != nil else { return nil }
        do throws(JournalError) {
            try JournalLock(for: path).release()
            return nil
        } catch {
            guard case .inUse(_, let owner) = error else { throw error }
            return owner
        }
    }
}
