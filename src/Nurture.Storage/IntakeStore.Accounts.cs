using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    /// <summary>An account as intake knows it: the one that a group id of the namespace names, or has turned out to name. Who was merged meanwhile is sent on by its slot.</summary>
    private sealed record FoundAccount(long Id, short Slot, bool IsNew);

    private sealed class Accounts : Dictionary<(string Namespace, string GroupId), FoundAccount>
    {
        public FoundAccount? Of(Message message) => message.GroupId is { } group ? this[(message.Submission.Namespace, group)] : null;
    }

    private async Task<Accounts> LoadAccountsAsync(DbConnection connection, DbTransaction transaction, List<Message> messages, CancellationToken cancel)
    {
        var asked = messages.Where(message => message.GroupId is not null)
            .Select(message => (message.Submission.Namespace, GroupId: message.GroupId!)).Distinct()
            .OrderBy(key => key.Namespace, StringComparer.Ordinal).ThenBy(key => key.GroupId, StringComparer.Ordinal).ToList();
        var found = await database.BulkAsync(connection, transaction,
            Rows.Of(asked).Text("namespace", key => key.Namespace).Text("external_id", key => key.GroupId),
            """
            select r.n, coalesce(t.id, a.id), coalesce(t.slot, a.slot)
            from rows r join accounts a on a.namespace = r.namespace and a.external_id = r.external_id left join accounts t on t.id = a.merged_into
            """,
            reader => (Key: asked[(int)reader.GetInt64(0) - 1], Account: new FoundAccount(reader.GetInt64(1), reader.GetInt16(2), false)), cancel);
        var accounts = new Accounts();
        foreach (var (key, account) in found) accounts[key] = account;
        return accounts;
    }

    private async Task CreateAccountsAsync(
        DbConnection connection, DbTransaction transaction, Accounts accounts, List<Message> messages, CancellationToken cancel)
    {
        var missing = messages.Where(message => message.GroupId is { } group && !accounts.ContainsKey((message.Submission.Namespace, group)))
            .DistinctBy(message => (message.Submission.Namespace, message.GroupId))
            .Select(message => (message.Submission.Namespace, GroupId: message.GroupId!, CreatedAt: message.Item.OccurredAt, Now: message.Submission.ReceivedAt))
            .OrderBy(key => key.Namespace, StringComparer.Ordinal).ThenBy(key => key.GroupId, StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return;
        var ids = await NextIdsAsync(connection, transaction, "accounts", missing.Count, cancel);
        var made = missing.Select((key, i) => (Key: key, Id: ids[i])).ToList();
        var added = await database.BulkAsync(connection, transaction,
            Rows.Of(made).Long("id", m => m.Id).Short("slot", m => Slots.OfAccount(m.Id))
                .Text("namespace", m => m.Key.Namespace).Text("external_id", m => m.Key.GroupId)
                .Instant("created_at", m => m.Key.CreatedAt).Instant("updated_at", m => m.Key.Now),
            """
            insert into accounts (id, slot, namespace, external_id, created_at, updated_at)
            select r.id, r.slot, r.namespace, r.external_id, r.created_at, r.updated_at from rows r where true
            on conflict (namespace, external_id) do nothing
            """, cancel);
        if (added != made.Count) throw new IdentitiesChangedException();
        foreach (var (key, id) in made) accounts[(key.Namespace, key.GroupId)] = new(id, Slots.OfAccount(id), true);
    }
}
