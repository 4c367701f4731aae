using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage.Rebuilding;

/// <summary>Reads all that is held of some slots' subjects, as it stands or as a checkpoint has it.</summary>
internal static class StateReader
{
    /// <summary>As it stands, of the moment of the transaction.</summary>
    public static Task<StateBook> LiveAsync(DbConnection connection, DbTransaction transaction, int first, int last, CancellationToken cancel) => ReadAsync(connection, transaction,
        """
        select s.slot, s.kind, s.subject_id, s.due_at, s.doc, x.doc, s.rev
        from states s left join state_rests x on x.slot = s.slot and x.kind = s.kind and x.subject_id = s.subject_id
        where s.slot between @first and @last
        """,
        "select slot, contact_id, to_slot, to_contact_id, hop from tombstones where slot between @first and @last",
        "select slot, contact_id, event_id from kept_signals where slot between @first and @last",
        [("first", (short)first), ("last", (short)last)], cancel);

    public static Task<StateBook> OfCheckpointAsync(DbConnection connection, long checkpoint, int first, int last, CancellationToken cancel) => ReadAsync(connection, null,
        "select slot, kind, subject_id, due_at, doc, rest, 0 from checkpoint_states where checkpoint_id = @checkpoint and slot between @first and @last",
        "select slot, contact_id, to_slot, to_contact_id, hop from checkpoint_tombstones where checkpoint_id = @checkpoint and slot between @first and @last",
        "select slot, contact_id, event_id from checkpoint_kept_signals where checkpoint_id = @checkpoint and slot between @first and @last",
        [("first", (short)first), ("last", (short)last), ("checkpoint", checkpoint)], cancel);

    private static async Task<StateBook> ReadAsync(
        DbConnection connection, DbTransaction? transaction, string states, string tombstones, string kept, (string, object?)[] args, CancellationToken cancel)
    {
        var book = new StateBook();
        foreach (var (key, held) in await connection.QueryAsync(transaction, states, args, reader => (
            new SubjectKey(reader.GetInt16(0), new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2))),
            new HeldState(new PackedState(reader.Bytes(4), reader.BytesOrNull(5)), reader.InstantOrNull(3), reader.GetInt32(6))), cancel)) book.Put(key, held);
        foreach (var (slot, contact, tombstone) in await connection.QueryAsync(transaction, tombstones, args, reader => (
            reader.GetInt16(0), reader.GetInt64(1), new Tombstone(reader.GetInt16(2), reader.GetInt64(3), reader.GetInt32(4))), cancel)) book.SetTombstone(slot, contact, tombstone);
        foreach (var (slot, contact, eventId) in await connection.QueryAsync(transaction, kept, args, reader => (reader.GetInt16(0), reader.GetInt64(1), reader.GetInt64(2)), cancel))
            book.Keep(slot, contact, [eventId]);
        return book;
    }
}
