using System.Data.Common;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage.Rebuilding;

/// <summary>Whom it is about: everybody, a lane's subjects, or one subject. An account's people are it too.</summary>
public sealed record RebuildScope(short? Lane = null, SubjectRef? Subject = null);

/// <summary>Who puts states right, and what the business clock shows.</summary>
public sealed record Mender(string Name, DateTimeOffset At);

/// <param name="CanBeMended">False where the engine stumbles over it now.</param>
public sealed record SubjectDifference(SubjectKey Key, IReadOnlyList<FieldDifference> Fields, bool CanBeMended);

/// <param name="From">Null where it was made again from the beginning of the log.</param>
/// <param name="Turns">Batches that were decided again, lane by lane.</param>
/// <param name="Agreeing">Subjects whose states are what checkpoint and events make them.</param>
/// <param name="Exempt">Subjects that differ since an erased person's words are not there any more.</param>
public sealed record RebuildReport(Checkpoint? From, long Turns, long Events, long Agreeing, long Exempt, long Differing, long Mended);

/// <summary>
/// Makes states again, from the newest checkpoint (else the beginning) by the events since, and compares them with those
/// that stand. They may be put in their place while servers run: a slot is mended in one transaction that holds its lane
/// at the very turn it was decided up to, and raises the lane's epoch, so that a batch which had read before is void.
/// </summary>
public sealed class Rebuild(Database database, Action<string> mistaken)
{
    // As many states as may stand in memory, about a kilobyte each; the log of a lane is read once for each such part.
    private const int MostSubjects = 250_000;
    private const int SlotsCompared = 64;

    private readonly EventLog log = new(database);
    private readonly TurnStore turns = new(database);
    private readonly CatalogsOfThen catalogs = new(new CatalogHistory(database), mistaken);
    private readonly SlotStore slots = new(database, new EventLog(database));

    /// <param name="mender">Null looks, and writes nothing.</param>
    /// <param name="differs">Is told of each subject that differs, before it is mended.</param>
    /// <param name="show">Is told how many slots are done, of <see cref="SlotsOfAsync"/>.</param>
    /// <exception cref="ReplayException">What is on record does not suffice.</exception>
    public async Task<RebuildReport> RunAsync(RebuildScope scope, Mender? mender, Action<SubjectDifference> differs, Action<int> show, CancellationToken cancel)
    {
        var checkpoint = await new CheckpointStore(database).NewestAsync(cancel);
        var report = new RebuildReport(checkpoint, 0, 0, 0, 0, 0, 0);
        var done = 0;
        foreach (var (lane, first, last) in await PartsAsync(scope, cancel))
        {
            var replay = await BeginAsync(checkpoint, lane, first, last, cancel);
            await replay.AdvanceAsync((await StandingAsync(lane, cancel)).Turn, cancel);
            for (var from = first; from <= last; from += SlotsCompared)
            {
                var to = Math.Min(from + SlotsCompared - 1, last);
                var found = await CompareAsync(replay, lane, from, to, scope, cancel);
                report = report with { Agreeing = report.Agreeing + found.Agreeing, Exempt = report.Exempt + found.Exempt, Differing = report.Differing + found.Differing.Count };
                foreach (var difference in found.Differing) differs(difference);
                if (mender is not null)
                {
                    foreach (var slot in found.Differing.Where(difference => difference.CanBeMended).Select(difference => difference.Key.Slot).Distinct())
                        report = report with { Mended = report.Mended + await MendAsync(replay, lane, slot, scope, mender, cancel) };
                }

                show(done += to - from + 1);
            }

            report = report with { Turns = report.Turns + replay.Turns, Events = report.Events + replay.Events };
        }

        return report;
    }

    /// <summary>How many slots the scope has.</summary>
    public async Task<int> SlotsOfAsync(RebuildScope scope, CancellationToken cancel) => (await PartsAsync(scope, cancel)).Sum(part => part.Last - part.First + 1);

    private async Task<Replay> BeginAsync(Checkpoint? checkpoint, short lane, int first, int last, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (checkpoint is null)
        {
            if (await connection.ScalarAsync<int>(null, "select max(era) from lanes", [], cancel) > 1)
                throw new ReplayException("this database was restored, so its log has no beginning here, and there is no checkpoint since. Make one: nurture checkpoint");
            var whole = new Replay(database, log, turns, catalogs, lane, [new((short)first, (short)last, 0, default)], new StateBook());
            await whole.ReadErasedAsync(isAgain: false, cancel);
            return whole;
        }

        var bases = await connection.QueryAsync(null,
            """
            select first_slot, last_slot, turn, xid, event_id from checkpoint_ranges
            where checkpoint_id = @id and last_slot >= @first and first_slot <= @last order by first_slot
            """, [("id", checkpoint.Id), ("first", (short)first), ("last", (short)last)],
            reader => new ReplayBase(Math.Max(reader.GetInt16(0), (short)first), Math.Min(reader.GetInt16(1), (short)last), reader.GetInt64(2), new(reader.GetInt64(3), reader.GetInt64(4))), cancel);
        var book = await StateReader.OfCheckpointAsync(connection, checkpoint.Id, first, last, cancel);
        var replay = new Replay(database, log, turns, catalogs, lane, bases, book);
        await replay.ReadErasedAsync(isAgain: false, cancel);
        foreach (var key in book.Subjects.Where(key => book.Find(key)!.State.Doc.Length == 0).ToList())
        {
            replay.Touch(key.Subject.Id);
            book.Remove(key);
        }

        return replay;
    }

    private async Task<(long Turn, LaneCursor Cursor)> StandingAsync(short lane, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await StandingAsync(connection, null, lane, cancel);
    }

    private static Task<(long Turn, LaneCursor Cursor)> StandingAsync(DbConnection connection, DbTransaction? transaction, short lane, CancellationToken cancel) =>
        connection.FirstAsync(transaction, "select turn, xid, event_id from lanes where lane = @lane", [("lane", lane)],
            reader => (reader.GetInt64(0), new LaneCursor(reader.GetInt64(1), reader.GetInt64(2))), cancel);

    private async Task<Comparison> CompareAsync(Replay replay, short lane, int first, int last, RebuildScope scope, CancellationToken cancel)
    {
        var (standing, live) = await database.ReadAsync(async (connection, transaction, ct) =>
            (await StandingAsync(connection, transaction, lane, ct), await StateReader.LiveAsync(connection, transaction, first, last, ct)), cancel);
        await replay.AdvanceAsync(standing.Turn, cancel);
        await replay.ReadErasedAsync(isAgain: true, cancel);
        if (replay.Cursor != standing.Cursor)
            throw new ReplayException($"lane {lane} has read more of the log than is on record: this database is older than the record. Make a checkpoint: nurture checkpoint");
        return Compare(replay, live, first, last, scope);
    }

    private sealed record Comparison(long Agreeing, long Exempt, IReadOnlyList<SubjectDifference> Differing);

    private static Comparison Compare(Replay replay, StateBook live, int first, int last, RebuildScope scope)
    {
        var (agreeing, exempt, differing) = (0L, 0L, new List<SubjectDifference>());
        var keys = live.Subjects.Concat(live.Absent).Concat(replay.Book.Subjects.Concat(replay.Book.Absent).Where(key => key.Slot >= first && key.Slot <= last)).ToHashSet();
        foreach (var key in keys.OrderBy(key => key.Slot).ThenBy(key => key.Subject.Kind).ThenBy(key => key.Subject.Id))
        {
            var (stands, made) = (live.Find(key), replay.Book.Find(key));
            if (!IsMeant(scope, key, stands, made)) continue;
            var fields = StateDifferences.Between(key, stands, made).ToList();
            if (stands is null && made is null) fields.AddRange(StateDifferences.BetweenAbsent(live.TombstoneOf(key), live.KeptFor(key), replay.Book.TombstoneOf(key), replay.Book.KeptFor(key)));
            if (replay.Stumbled.TryGetValue(key, out var error)) fields.Insert(0, new("state", "decided", $"the engine stumbles now: {error.Split('\n')[0]}"));
            if (fields.Count == 0) agreeing += stands is null ? 0 : 1;
            else if (replay.IsTouchedByErasure(key, made ?? stands)) exempt++;
            else differing.Add(new SubjectDifference(key, fields, error is null));
        }

        return new Comparison(agreeing, exempt, differing);
    }

    private static bool IsMeant(RebuildScope scope, SubjectKey key, HeldState? stands, HeldState? made) =>
        scope.Subject is not { } subject || key.Subject == subject
        || (subject.Kind == SubjectKind.Account && key.Subject.Kind == SubjectKind.Contact && (made?.AccountId == subject.Id || stands?.AccountId == subject.Id));

    private Task<int> MendAsync(Replay replay, short lane, short slot, RebuildScope scope, Mender mender, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            // From here on no batch of the lane commits, and none that was under way will. What became due is looked for from the start.
            var turn = await connection.ScalarAsync<long>(transaction, "update lanes set epoch = epoch + 1, due_floor = 0 where lane = @lane returning turn", [("lane", lane)], ct);
            await replay.AdvanceAsync(turn, ct);
            await replay.ReadErasedAsync(isAgain: true, ct);
            var live = await StateReader.LiveAsync(connection, transaction, slot, slot, ct);
            var differing = Compare(replay, live, slot, slot, scope).Differing.Where(difference => difference.CanBeMended).ToList();
            await ReplaceAsync(connection, transaction, replay.Book, live, differing, mender, ct);
            return differing.Count;
        }, cancel);

    private async Task ReplaceAsync(
        DbConnection connection, DbTransaction transaction, StateBook made, StateBook live, List<SubjectDifference> differing, Mender mender, CancellationToken cancel)
    {
        var commit = new SlotCommit { RecordedAt = mender.At };
        var positions = new List<(SubjectKey Key, Enrollment Enrollment)>();
        foreach (var key in differing.Select(difference => difference.Key))
        {
            var rev = live.Find(key)?.Rev ?? 0;
            if (key.Subject.Kind == SubjectKind.Contact)
            {
                if (made.TombstoneOf(key) is { } tombstone) commit.Tombstones.Add(new TombstoneWrite(key.Slot, key.Subject.Id, tombstone));
                else commit.LiftedTombstones.Add((key.Slot, key.Subject.Id));
                commit.ReleasedSignals.Add((key.Slot, key.Subject.Id));
                commit.KeptSignals.AddRange(made.KeptFor(key).Select(id => new KeptSignal(key.Slot, key.Subject.Id, id)));
            }

            if (made.Find(key) is not { } held)
            {
                if (rev > 0) commit.DeletedStates.Add(new StateDelete(key, rev));
                continue;
            }

            commit.States.Add(new StateWrite(key, rev, held.DueAt, held.State.Doc, held.State.Rest, IsRestChanged: true));
            var state = held.Unpack(key);
            positions.AddRange(state.Enrollments.Where(enrollment => enrollment is { Status: EnrollmentStatus.Live, Step: not null }).Select(enrollment => (key, enrollment)));
            switch (state)
            {
                case ContactState contact:
                    commit.Contacts.Add(Profiles.Of(contact));
                    commit.Holds.Add(new Effect.HoldsChanged(contact.Ref, contact.Holds, contact.QuietUntil));
                    commit.Routes.Add(new ContactRoute(contact.Id, key.Slot, contact.Hop, contact.AccountId == 0 ? null : contact.AccountId, null));
                    break;
                case AccountState { MergedInto: 0 } account:
                    commit.Accounts.Add(Profiles.Of(account));
                    commit.Holds.Add(new Effect.HoldsChanged(account.Ref, account.Holds, account.QuietUntil));
                    break;
            }
        }

        await slots.ReplaceAsync(connection, transaction, commit, cancel);
        await database.BulkAsync(connection, transaction,
            Rows.Of(differing).Short("slot", d => d.Key.Slot).Short("kind", d => (short)d.Key.Subject.Kind).Long("subject_id", d => d.Key.Subject.Id),
            "delete from positions where (slot, kind, subject_id) in (select r.slot, r.kind, r.subject_id from rows r)", cancel);
        await database.BulkAsync(connection, transaction,
            Rows.Of(positions).Short("slot", p => p.Key.Slot).Long("enrollment_id", p => p.Enrollment.Id).Short("kind", p => (short)p.Key.Subject.Kind).Long("subject_id", p => p.Key.Subject.Id)
                .Text("scenario", p => p.Enrollment.Scenario).Int("version", p => p.Enrollment.Version).Text("step", p => p.Enrollment.Step)
                .Instant("since", p => p.Enrollment.StepStartedAt).Instant("entered_at", p => p.Enrollment.EnteredAt),
            """
            insert into positions (slot, enrollment_id, kind, subject_id, scenario, version, step, since, entered_at)
            select r.slot, r.enrollment_id, r.kind, r.subject_id, r.scenario, r.version, r.step, r.since, r.entered_at from rows r where true
            """, cancel);
        // What was there is said by the names of the fields: their values may be a person's.
        foreach (var difference in differing)
        {
            await AuditStore.AddAsync(connection, transaction, new AuditNote(mender.Name, "state.rebuilt", $"{difference.Key.Subject}",
                JsonSerializer.Serialize(new { fields = difference.Fields.Select(field => field.Field).Take(20) })), mender.At, cancel);
        }
    }

    /// <summary>Ranges of slots within a lane, each of as many subjects as may stand in memory.</summary>
    private async Task<IReadOnlyList<(short Lane, int First, int Last)>> PartsAsync(RebuildScope scope, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (scope.Subject is { } subject)
        {
            var table = subject.Kind == SubjectKind.Contact ? "contacts" : "accounts";
            var slot = await connection.ScalarAsync<short?>(null, $"select slot from {table} where id = @id", [("id", subject.Id)], cancel)
                ?? throw new ReplayException($"there is no {subject}");
            return [(database.LaneOf(slot), slot, slot)];
        }

        var counts = (await connection.QueryAsync(null, "select slot, count(*) from states group by slot", [], reader => (Slot: reader.GetInt16(0), Count: reader.GetInt64(1)), cancel))
            .ToDictionary(of => (int)of.Slot, of => of.Count);
        var parts = new List<(short Lane, int First, int Last)>();
        var subjects = 0L;
        for (var slot = 0; slot < Slots.Count; slot++)
        {
            var lane = database.LaneOf((short)slot);
            if (scope.Lane is { } only && lane != only) continue;
            subjects += counts.GetValueOrDefault(slot);
            if (parts.Count > 0 && parts[^1].Lane == lane && subjects <= MostSubjects) parts[^1] = parts[^1] with { Last = slot };
            else
            {
                parts.Add((lane, slot, slot));
                subjects = counts.GetValueOrDefault(slot);
            }
        }

        return parts;
    }
}
