using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage;

namespace Nurture.Benchmarks;

/// <summary>
/// Many contacts that stand where one stands who came there by events: their rows by one statement each, their states and
/// positions through the slots' own commit. A million takes about a minute; by events it would be many.
/// </summary>
internal sealed class Seeding(Database database)
{
    private const int PerCommit = 10_000;

    private readonly SlotStore slots = new(database, new EventLog(database));

    /// <summary>What the engine keeps of a contact; null while there is nothing.</summary>
    public async Task<ContactState?> ReadAsync(long contactId, CancellationToken cancel)
    {
        var slot = (short)await ScalarAsync($"select slot from contacts where id = {contactId}", cancel);
        var loaded = (await slots.LoadStatesAsync([new SubjectKey(slot, SubjectRef.Contact(contactId))], cancel))[0];
        if (loaded.Doc is not { } doc) return null;
        var state = StateCodec.UnpackContact(doc, loaded.Rest ?? []);
        state.DueAt = loaded.DueAt;
        return state;
    }

    /// <summary>Contacts with their user ids, <c>user-17</c> for contact 17, of whom the engine knows nothing. Answers the first one's id; the others follow it.</summary>
    public async Task<long> ContactsAsync(int count, CancellationToken cancel)
    {
        var first = 1 + await ScalarAsync("select coalesce(max(id), 0) from contacts", cancel);
        var last = first + count - 1;
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var n = $"with recursive n (id) as (select cast({first} as bigint) union all select id + 1 from n where id < {last})";
        var space = "(select namespace from sources order by id limit 1)";
        await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await RunAsync($"""
                insert into contacts (id, slot, namespace, email, name, basis, created_at, updated_at)
                {n} select id, id % {Slots.Count}, {space}, 'user-' || id || '@contacts.test', 'User ' || id, 1, {now}, {now} from n
                """);
            await RunAsync($"""
                insert into identities (namespace, kind, value, subject_id, linked_at)
                {n} select {space}, {(int)IdentityKind.User}, 'user-' || id, id, {now} from n
                """);
            // SQLite raises its sequence itself.
            if (database.IsPostgres) await RunAsync($"select setval(pg_get_serial_sequence('contacts', 'id'), {last})");

            async Task RunAsync(string sql)
            {
                await using var command = connection.CreateCommand();
                (command.CommandText, command.Transaction, command.CommandTimeout) = (sql, transaction, 300);
                await command.ExecuteNonQueryAsync(ct);
            }
        }, cancel);
        return first;
    }

    /// <summary>As many more who stand as <paramref name="like"/> does. Answers the first one's id; the others follow it.</summary>
    /// <param name="change">What is different about each.</param>
    public async Task<long> AddAsync(ContactState like, int count, Action<ContactState>? change, CancellationToken cancel)
    {
        var first = await ContactsAsync(count, cancel);
        for (var from = 0; from < count; from += PerCommit)
        {
            var commit = new SlotCommit { RecordedAt = DateTimeOffset.UtcNow.Truncate() };
            for (var id = first + from; id < first + Math.Min(count, from + PerCommit); id++)
            {
                var state = Copy(like, id);
                change?.Invoke(state);
                var key = new SubjectKey((short)(id % Slots.Count), state.Ref);
                var packed = StateCodec.Pack(state);
                commit.States.Add(new StateWrite(key, 0, state.DueAt, packed.Doc, packed.Rest, packed.Rest is not null));
                commit.Positions.AddRange(state.Enrollments.Where(passage => passage.Step is not null)
                    .Select(passage => new PositionChange(key, passage.Id, passage.Scenario, passage.Version, passage.Step, passage.StepStartedAt)));
            }

            await slots.CommitAsync(commit, cancel);
        }

        await LowerFloorsAsync(like.DueAt, cancel);
        return first;
    }

    private static ContactState Copy(ContactState like, long id)
    {
        var state = new ContactState
        {
            Id = id, CreatedAt = like.CreatedAt, LivedUntil = like.LivedUntil, DueAt = like.DueAt, Basis = like.Basis, BasisAt = like.BasisAt, LastActiveAt = like.LastActiveAt, IsKnown = like.IsKnown,
        };
        foreach (var (name, value) in like.Attributes) state.Attributes[name] = value;
        if (like.Email is not null) state.Set("email", AttributeValue.From($"user-{id}@contacts.test"), DateTimeOffset.UtcNow);
        foreach (var (key, counter) in like.Counters) state.Counters[key] = counter;
        foreach (var passage in like.Enrollments)
        {
            var copy = new Enrollment
            {
                Id = Draws.EnrollmentId(state.Ref, passage.Scenario, passage.Key, 0), Scenario = passage.Scenario, Version = passage.Version, Key = passage.Key, Status = passage.Status, EnteredAt = passage.EnteredAt,
                Trigger = passage.Trigger is { } trigger ? trigger with { ContactId = id } : null, Step = passage.Step, StepStartedAt = passage.StepStartedAt,
                StepDueAt = passage.StepDueAt, GoalDeadline = passage.GoalDeadline,
            };
            copy.Sends.AddRange(passage.Sends.Select(send => new EnrollmentSend { Step = send.Step, Template = send.Template, RecipientId = id, Fate = send.Fate, At = send.At }));
            state.Enrollments.Add(copy);
        }

        return state;
    }

    // No lane committed these, so none has lowered its floor for them.
    private Task LowerFloorsAsync(DateTimeOffset? dueAt, CancellationToken cancel) => database.WriteAsync(async (connection, transaction, ct) =>
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        if (dueAt is { } due) command.CommandText = $"update lanes set due_floor = {due.ToMilliseconds()} where due_floor > {due.ToMilliseconds()};";
        // What was written at once has no statistics yet, and plans would be made for empty tables.
        if (database.IsPostgres) command.CommandText += "analyze;";
        if (command.CommandText.Length > 0) await command.ExecuteNonQueryAsync(ct);
    }, cancel);

    private async Task<long> ScalarAsync(string sql, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancel), CultureInfo.InvariantCulture);
    }
}
