using System.Data.Common;
using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>What happened to a contact or an account, of whatever kind, at its moment.</summary>
public abstract record TimelineRow(DateTimeOffset At)
{
    private TimelineRow(DateTimeOffset at, int rank) : this(at) => Rank = rank;

    /// <summary>Of what happened at one instant the consequence stands above the cause.</summary>
    internal int Rank { get; }

    internal abstract string Key { get; }

    public sealed record Mail(SendRow Send) : TimelineRow(Send.PlannedAt, 0)
    {
        internal override string Key => Send.Id.ToString();
    }

    public sealed record Decision(JournalRow Row) : TimelineRow(Row.Entry.At, 1)
    {
        internal override string Key => Row.Id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Something was done or said: an event, attributes, a role, a hit, a refusal.</summary>
    public sealed record Told(StoredEvent Event) : TimelineRow(Event.OccurredAt, 2)
    {
        internal override string Key => Event.Id.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A place in a timeline: the last row of the page before.</summary>
public readonly record struct TimelinePlace(DateTimeOffset At, int Rank, string Key);

/// <summary>Which kinds of rows a timeline has.</summary>
[Flags]
public enum TimelineKinds
{
    Mails = 1,
    Decisions = 2,
    Activity = 4,
    All = Mails | Decisions | Activity,
}

/// <param name="Contacts">Whose; those that merged into them are found by the store.</param>
/// <param name="Account">Its own rows too.</param>
public sealed record TimelineQuery(IReadOnlyList<long> Contacts, long? Account, TimelineKinds Kinds, TimelinePlace? Before, int Limit)
{
    /// <summary>Of a contact's timeline the account whose passages it is in: what is decided there about nobody else is shown.</summary>
    public long? Within { get; init; }
}

/// <summary>One order, newest first, over events, decisions and mails. Reads what the asked subjects did, and nothing of anybody else.</summary>
public sealed class TimelineStore(Database database)
{
    private static readonly string ActivityKinds = string.Join(", ",
        new[] { SignalKind.Occurred, SignalKind.Described, SignalKind.AccountDescribed, SignalKind.Grouped, SignalKind.Hit, SignalKind.Refused, SignalKind.Left, SignalKind.ConsentSaid }
            .Select(kind => (short)kind));

    // A mail has a row of its own for its release; and what is done for the engine's own sake is nobody's story.
    private static readonly string Untold = string.Join(", ",
        new[] { Reason.Released, Reason.StepReached, Reason.Waiting, Reason.MovedSlot, Reason.Prepared }.Select(reason => (short)reason));

    public async Task<Page<TimelineRow, TimelinePlace>> ReadAsync(TimelineQuery query, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var people = await ContactStore.WithMergedAsync(connection, null, query.Contacts, cancel);
        // What was written of an account that turned out to be this one stays under its id, and is this one's.
        var own = query.Account is { } account ? string.Join(", ", await AccountStore.WithMergedAsync(connection, null, account, cancel)) : null;
        var within = query.Within is { } of ? string.Join(", ", await AccountStore.WithMergedAsync(connection, null, of, cancel)) : null;
        var rows = new List<TimelineRow>();
        if (query.Kinds.HasFlag(TimelineKinds.Mails)) rows.AddRange(await MailsAsync(connection, people, query, cancel));
        if (query.Kinds.HasFlag(TimelineKinds.Decisions)) rows.AddRange(await DecisionsAsync(connection, people, own, within, query, cancel));
        if (query.Kinds.HasFlag(TimelineKinds.Activity)) rows.AddRange(await ActivityAsync(connection, people, own, within, query, cancel));
        // Each source comes in its order, and sorting keeps it within an instant.
        var merged = rows.OrderByDescending(row => row.At).ThenBy(row => row.Rank).ToList();
        return Page.Of(merged, query.Limit, row => new TimelinePlace(row.At, row.Rank, row.Key));
    }

    private static async Task<IEnumerable<TimelineRow>> MailsAsync(DbConnection connection, List<long> people, TimelineQuery query, CancellationToken cancel)
    {
        var (after, args) = After(query, 0, "s.planned_at", "s.id", key => Guid.TryParse(key, out var id) ? id : Guid.Empty);
        var found = await connection.QueryAsync(null, Union(people.Select(id => Invariant(
            $"select {SendStore.ListColumns} from {SendStore.AllSends} where s.recipient_id = {id} and {after} order by s.planned_at desc, s.id desc limit @limit"))) is { } sql
                ? $"select * from ({sql}) s order by planned_at desc, id desc limit @limit" : Nothing(SendStore.ListColumns, SendStore.AllSends),
            args, SendStore.ReadListed, cancel);
        return found.Select(send => new TimelineRow.Mail(send));
    }

    private static async Task<IEnumerable<TimelineRow>> DecisionsAsync(DbConnection connection, List<long> people, string? own, string? within, TimelineQuery query, CancellationToken cancel)
    {
        var (after, args) = After(query, 1, "j.at", "j.id", Number);
        var told = $"{after} and j.reason not in ({Untold}) order by j.at desc, j.id desc limit @limit";
        var sources = people.Select(id => Invariant($"select {JournalStore.Columns} from journal j where j.kind = 1 and j.subject_id = {id} and {told}"));
        sources = own is not null
            ? sources.Append(Invariant($"select {JournalStore.Columns} from journal j where j.kind = 2 and j.subject_id in ({own}) and {told}"))
            : sources.Concat(people.Select(id => Invariant($"select {JournalStore.Columns} from journal j where j.contact_id = {id} and {JournalStore.ConcernsAnother} and {told}")));
        if (within is not null) sources = sources.Append(Invariant($"select {JournalStore.Columns} from journal j where j.kind = 2 and j.subject_id in ({within}) and j.contact_id = 0 and {told}"));
        var found = await connection.QueryAsync(null, Union(sources) is { } sql
                ? $"select distinct * from ({sql}) j order by at desc, id desc limit @limit" : Nothing(JournalStore.Columns, "journal j"),
            args, JournalStore.Read, cancel);
        return found.Select(row => new TimelineRow.Decision(row));
    }

    private static async Task<IEnumerable<TimelineRow>> ActivityAsync(DbConnection connection, List<long> people, string? own, string? within, TimelineQuery query, CancellationToken cancel)
    {
        var read = new List<TimelineRow.Told>();
        for (var place = query.Before; ;)
        {
            var (after, args) = After(query with { Before = place }, 2, "e.occurred_at", "e.id", Number);
            var told = $"e.kind in ({ActivityKinds}) and {after} order by e.occurred_at desc, e.id desc limit @limit";
            var ofAccount = own is not null ? Invariant($"and e.account_id in (0, {own}) ") : "";
            var sources = people.Select(id => Invariant($"select {EventLog.Columns} from events e where e.contact_id = {id} and e.contact_id > 0 {ofAccount}and {told}"));
            if (own is not null) sources = sources.Append(Invariant($"select {EventLog.Columns} from events e where e.account_id in ({own}) and e.account_id > 0 and {told}"));
            // A mail of an account's passage: its hits are the account's, and name the recipient.
            if (within is not null) sources = sources.Append(Invariant($"select {EventLog.Columns} from events e where e.account_id in ({within}) and e.account_id > 0 and e.contact_id = 0 and e.kind = {(short)SignalKind.Hit} and {after} order by e.occurred_at desc, e.id desc limit @limit"));
            if (Union(sources) is not { } sql) return [];
            var found = (await connection.QueryAsync(null, $"select * from ({sql}) e order by occurred_at desc, id desc limit @limit", args, row => EventLog.Read(row), cancel))
                .DistinctBy(e => e.Id).ToList();
            read.AddRange(found.Where(e => !SignalCodec.IsSentOn(e) && !IsSilent(e) && IsAbout(e, people, query)).Select(e => new TimelineRow.Told(e)));
            // What is left out leaves room for older rows.
            if (found.Count <= query.Limit || read.Count > query.Limit) return read.Take(query.Limit + 1);
            var last = found[^1];
            place = new(last.OccurredAt, 2, last.Id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static bool IsAbout(StoredEvent row, List<long> people, TimelineQuery query) =>
        query.Account is not null || row.Kind != SignalKind.Hit || row.ContactId != 0 || (row.Payload.Length > 0 && SignalCodec.Read(row) is Signal.Hit hit && people.Contains(hit.RecipientId));

    /// <summary>Says nothing to a reader: a machine's hit; a browser that was named without attributes; a group without roles, whose joining is a decision.</summary>
    private static bool IsSilent(StoredEvent row) =>
        row.Kind is SignalKind.Hit or SignalKind.Described or SignalKind.AccountDescribed or SignalKind.Grouped && row.Payload.Length > 0
        && SignalCodec.Read(row) is Signal.Hit { IsMachine: true } or Signal.Described { Attributes.Count: 0 } or Signal.AccountDescribed { Attributes.Count: 0 } or Signal.Grouped { Roles.Count: 0 };

    /// <summary>What comes after the place in a source of the rank, and the parameters of every source.</summary>
    private static (string Sql, (string, object?)[] Args) After(TimelineQuery query, int rank, string at, string id, Func<string, object> key)
    {
        (string, object?) limit = ("limit", query.Limit + 1);
        if (query.Before is not { } place) return ("1 = 1", [limit]);
        var moment = ("at", (object?)place.At.ToMilliseconds());
        if (rank < place.Rank) return ($"{at} < @at", [limit, moment]);
        return rank > place.Rank ? ($"{at} <= @at", [limit, moment]) : ($"({at}, {id}) < (@at, @key)", [limit, moment, ("key", key(place.Key))]);
    }

    private static object Number(string key) => long.TryParse(key, out var id) ? id : 0L;

    /// <summary>Each source has its own order and limit, so each is answered by its index.</summary>
    private static string? Union(IEnumerable<string> sources)
    {
        var all = sources.Select((source, i) => Invariant($"select * from ({source}) q{i}")).ToList();
        return all.Count == 0 ? null : string.Join(" union all ", all);
    }

    private static string Nothing(string columns, string table) => $"select {columns} from {table} where 1 = 0 limit @limit";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
