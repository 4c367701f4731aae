using System.Data.Common;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>Everything that is kept about a contact, as one JSON object.</summary>
public sealed class ExportStore(Database database)
{
    private const int Piece = 1000;

    /// <summary>The contacts that merged into it are in it too. False, and nothing written, where there is no such contact.</summary>
    public async Task<bool> WriteAsync(long contactId, Stream to, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var ids = await ContactStore.WithMergedAsync(connection, null, [contactId], cancel);
        if (await connection.ScalarAsync<long>(null, "select count(*) from contacts where id = @id", [("id", contactId)], cancel) == 0) return false;

        await using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var part = new Part(database, connection, json, ids, cancel);
        json.WriteStartObject();
        await part.ListAsync("contacts",
            """
            select c.id, c.namespace, c.email, c.name, c.locale, c.zone, c.status, c.roles, c.attributes, c.basis, c.refusals, c.created_at, c.last_active_at, c.erased_at, c.merged_into
            from rows r join contacts c on c.id = r.id
            """,
            row =>
            {
                json.WriteNumber("id", row.GetInt64(0));
                Text("namespace", row, 1);
                foreach (var (name, i) in new[] { ("email", 2), ("name", 3), ("locale", 4), ("zone", 5) }) Text(name, row, i);
                json.WriteString("status", ((ContactStatus)row.GetInt16(6)).ToString().ToLowerInvariant());
                Text("roles", row, 7);
                Raw("attributes", row.GetString(8));
                json.WriteString("basis", ((ConsentBasis)row.GetInt16(9)).ToString().ToLowerInvariant());
                Raw("refusals", row.GetString(10));
                foreach (var (name, i) in new[] { ("created_at", 11), ("last_active_at", 12), ("erased_at", 13) }) At(name, row, i);
                if (row.LongOrNull(14) is { } merged) json.WriteNumber("merged_into", merged);
            });
        await part.ListAsync("identities", "select i.namespace, i.kind, i.value, i.linked_at from rows r join identities i on i.subject_id = r.id and i.kind <> 4",
            row =>
            {
                Text("namespace", row, 0);
                json.WriteString("kind", row.GetInt16(1) switch { 1 => "user", 2 => "anonymous", _ => "email" });
                Text("value", row, 2);
                At("linked_at", row, 3);
            });
        await part.ListAsync("accounts", "select a.id, a.external_id, a.name, m.joined_at from rows r join memberships m on m.contact_id = r.id join accounts a on a.id = m.account_id",
            row =>
            {
                json.WriteNumber("id", row.GetInt64(0));
                Text("external_id", row, 1);
                Text("name", row, 2);
                At("joined_at", row, 3);
            });
        await part.ListAsync("refusals", "select f.topic, f.at from rows r join refusals f on f.contact_id = r.id",
            row =>
            {
                Text("topic", row, 0);
                At("at", row, 1);
            });
        await part.PagesAsync("events", $"select {EventLog.Columns} from events e where e.contact_id = @id and e.contact_id > 0 and e.id > @after order by e.id limit @limit", row => row.GetInt64(0),
            row =>
            {
                var stored = EventLog.Read(row);
                json.WriteString("kind", stored.Kind.ToString());
                if (stored.Name.Length > 0) json.WriteString("name", stored.Name);
                json.WriteString("occurred_at", stored.OccurredAt);
                json.WriteString("received_at", stored.ReceivedAt);
                if (stored.Payload.Length > 0 && SignalCodec.Describe(stored) is { } said) Raw("said", said);
            });
        await part.PagesAsync("sends",
            """
            select s.planned_at, s.scenario, s.step, s.template, s.address, coalesce(o.state, s.state), s.reason, coalesce(o.handed_at, s.handed_at), s.opened_at, s.clicked_at, s.bounced_at, s.inputs, s.slot, s.id from sends s left join outbox o on o.slot = s.slot and o.id = s.id
            where s.recipient_id = @id and s.planned_at > @after order by s.planned_at
            """, null,
            row =>
            {
                At("planned_at", row, 0);
                foreach (var (name, i) in new[] { ("scenario", 1), ("step", 2), ("template", 3), ("address", 4) }) Text(name, row, i);
                json.WriteString("state", ((SendState)row.GetInt16(5)).ToString().ToLowerInvariant());
                if (!row.IsDBNull(6)) json.WriteString("reason", ((Reason)row.GetInt16(6)).Code());
                foreach (var (name, i) in new[] { ("handed_at", 7), ("opened_at", 8), ("clicked_at", 9), ("bounced_at", 10) }) At(name, row, i);
                if (row.Bytes(11) is { Length: > 0 } inputs) Raw("inputs", System.Text.Encoding.UTF8.GetString(inputs));
            });
        const string journal = "j.id, j.at, j.scenario, j.step, j.reason, j.detail";
        await part.PagesAsync("journal",
            $"""
            select * from (
                select * from (select {journal} from journal j where j.kind = 1 and j.subject_id = @id and j.id > @after order by j.id limit @limit) own
                union all
                select * from (select {journal} from journal j where j.contact_id = @id and {JournalStore.ConcernsAnother} and j.id > @after order by j.id limit @limit) about) j
            order by j.id limit @limit
            """, row => row.GetInt64(0),
            row =>
            {
                At("at", row, 1);
                Text("scenario", row, 2);
                Text("step", row, 3);
                json.WriteString("reason", ((Reason)row.GetInt16(4)).Code());
                if (row.GetString(5) is { Length: > 0 } detail) Raw("detail", detail);
            });
        json.WriteEndObject();
        await json.FlushAsync(cancel);
        return true;

        void Text(string name, DbDataReader row, int i)
        {
            if (!row.IsDBNull(i)) json.WriteString(name, row.GetString(i));
        }

        void At(string name, DbDataReader row, int i)
        {
            if (!row.IsDBNull(i)) json.WriteString(name, row.Instant(i));
        }

        void Raw(string name, string text)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text);
        }
    }

    private sealed class Part(Database database, DbConnection connection, Utf8JsonWriter json, List<long> ids, CancellationToken cancel)
    {
        public async Task ListAsync(string name, string sql, Action<DbDataReader> write)
        {
            json.WriteStartArray(name);
            await database.BulkAsync(connection, null, Rows.Of(ids).Long("id", id => id), sql, row => Item(row, write), cancel);
            json.WriteEndArray();
        }

        /// <param name="key">What the next page goes on after; null where all is one page.</param>
        public async Task PagesAsync(string name, string sql, Func<DbDataReader, long>? key, Action<DbDataReader> write)
        {
            json.WriteStartArray(name);
            foreach (var id in ids)
            {
                for (long? after = 0; after is { } last;)
                {
                    var keys = await connection.QueryAsync(null, sql, [("id", id), ("after", last), ("limit", Piece)], row =>
                    {
                        Item(row, write);
                        return key?.Invoke(row) ?? 0;
                    }, cancel);
                    await json.FlushAsync(cancel);
                    after = key is not null && keys.Count == Piece ? keys[^1] : null;
                }
            }

            json.WriteEndArray();
        }

        private bool Item(DbDataReader row, Action<DbDataReader> write)
        {
            json.WriteStartObject();
            write(row);
            json.WriteEndObject();
            return true;
        }
    }
}
