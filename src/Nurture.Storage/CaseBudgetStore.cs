using System.Data.Common;
using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;

namespace Nurture.Storage;

/// <summary>A case that was not opened since its taker had as many as the budget lets through.</summary>
public sealed record RefusedCase(long AccountId, string? AccountName, string Type, string Taker, string Scenario, DateTimeOffset At);

/// <summary>
/// Who gets how many new cases in a time. What an account's slot decides it decides alone, so a case of a type with a budget is asked for by
/// a commit; answers are given under one lock, which whoever gives some holds until they are on disk, and told by signals.
/// </summary>
public sealed class CaseBudgetStore(Database database, EventLog log)
{
    /// <summary>So long it is known what was not opened.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(28);

    // A passage that asks again after this has not heard.
    private static readonly TimeSpan Unheard = TimeSpan.FromMinutes(30);

    internal static Task AskAsync(Database database, DbConnection connection, DbTransaction transaction, SlotCommit commit, CancellationToken cancel)
    {
        var asked = commit.CasesAsked.GroupBy(one => (one.EnrollmentId, one.Step, one.Occurrence)).Select(group => group.Last()).ToList();
        return asked.Count == 0 ? Task.CompletedTask : database.BulkAsync(connection, transaction, Rows.Of(asked)
                .Short("kind", a => (short)a.Subject.Kind).Long("subject_id", a => a.Subject.Id).Long("enrollment_id", a => a.EnrollmentId).Text("scenario", a => a.Scenario).Text("step", a => a.Step)
                .Int("occurrence", a => a.Occurrence).Long("account_id", a => a.AccountId).Text("type", a => a.Type).Text("taker", a => a.Taker).Scalar("now", commit.RecordedAt).Scalar("unheard", commit.RecordedAt - Unheard),
            """
            insert into case_asks (kind, subject_id, enrollment_id, scenario, step, occurrence, account_id, type, taker, asked_at)
            select r.kind, r.subject_id, r.enrollment_id, r.scenario, r.step, r.occurrence, r.account_id, r.type, r.taker, @now from rows r where true order by r.n
            on conflict (enrollment_id, step, occurrence) do update
                set kind = excluded.kind, subject_id = excluded.subject_id, account_id = excluded.account_id, type = excluded.type, taker = excluded.taker, asked_at = excluded.asked_at, answered_at = null, is_within = null
                where case_asks.answered_at < @unheard
            """, cancel);
    }

    /// <summary>Answers those who wait: cases of the more urgent types first, then in the order of their asking.</summary>
    /// <returns>How many were answered.</returns>
    public async Task<int> AnswerAsync(EscalationTypes types, int most, DateTimeOffset now, CancellationToken cancel)
    {
        if (!await AnyAsync(cancel)) return 0;
        return await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction, "insert into case_budget (one, touched) values (1, @now) on conflict (one) do update set touched = excluded.touched", [("now", now)], ct);
            var waiting = await connection.QueryAsync(transaction,
                "select id, kind, subject_id, enrollment_id, step, occurrence, type, taker from case_asks where answered_at is null order by id limit @limit", [("limit", most)],
                reader => new Ask(reader.GetInt64(0), new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2)), reader.GetInt64(3), reader.GetString(4), reader.GetInt32(5), reader.GetString(6), reader.GetString(7)), ct);
            if (waiting.Count == 0) return 0;
            var answers = new List<(Ask Ask, bool IsWithin)>();
            foreach (var ofTaker in waiting.GroupBy(one => one.Taker))
            {
                var longest = types.ByName.Values.Select(type => type.Budget?.Per ?? TimeSpan.Zero).Append(types.Budget?.Per ?? TimeSpan.Zero).Max();
                var opened = await connection.QueryAsync(transaction, "select type, answered_at from case_asks where taker = @taker and answered_at > @since and is_within = 1",
                    [("taker", ofTaker.Key), ("since", now - longest)], reader => (Type: reader.GetString(0), At: reader.InstantOrNull(1)!.Value), ct);
                foreach (var ask in ofTaker.OrderByDescending(one => types.PriorityOf(one.Type)))
                {
                    var isWithin = (types.Find(ask.Type)?.Budget is not { } own || CaseBudget.IsLeft(own, now, opened.Where(one => one.Type == ask.Type).Select(one => one.At)))
                        && (types.Budget is not { } whole || CaseBudget.IsLeft(whole, now, opened.Select(one => one.At)));
                    if (isWithin) opened.Add((ask.Type, now));
                    answers.Add((ask, isWithin));
                }
            }

            await database.BulkAsync(connection, transaction, Rows.Of(answers).Long("id", one => one.Ask.Id).Flag("is_within", one => one.IsWithin).Scalar("now", now),
                "update case_asks set answered_at = @now, is_within = r.is_within from rows r where case_asks.id = r.id", ct);
            await connection.ExecuteAsync(transaction, "delete from case_asks where answered_at < @before", [("before", now - Kept)], ct);
            var turns = await BulkStore.TurnsAsync(database, [.. answers.Index().Select(one => new BulkSubject(one.Item.Ask.Subject, one.Item.Ask.EnrollmentId, one.Index.ToString(CultureInfo.InvariantCulture)))], ct);
            await log.AppendAsync(connection, transaction, [.. turns.Select(turn =>
            {
                var (ask, isWithin) = answers[int.Parse(turn.Of.Step, CultureInfo.InvariantCulture)];
                return SignalCodec.Store(new Signal.CaseAnswered(turn.Of.Subject, ask.EnrollmentId, ask.Step, ask.Occurrence, isWithin, now), turn.Slot, new StoredAbout(now, Hop: turn.Hop));
            })], ct);
            return waiting.Count;
        }, cancel);
    }

    /// <summary>What was not opened within the time that is kept, the newest first.</summary>
    public async Task<IReadOnlyList<RefusedCase>> RefusedAsync(DateTimeOffset now, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            """
            select c.account_id, a.name, c.type, c.taker, c.scenario, c.answered_at from case_asks c left join accounts a on a.id = c.account_id
            where c.answered_at > @since and c.is_within = 0 order by c.answered_at desc, c.id desc limit @limit
            """, [("since", now - Kept), ("limit", limit)],
            reader => new RefusedCase(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.InstantOrNull(5)!.Value), cancel);
    }

    private async Task<bool> AnyAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from (select 1 from case_asks where answered_at is null limit 1) s", [], cancel) > 0;
    }

    private sealed record Ask(long Id, SubjectRef Subject, long EnrollmentId, string Step, int Occurrence, string Type, string Taker);
}
