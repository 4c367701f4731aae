using System.Globalization;
using System.Text;
using Nurture.Conditions;
using Nurture.Contacts;

namespace Nurture.Criteria;

/// <summary>The numbers are stored.</summary>
public enum CriterionKind : byte
{
    /// <summary>How many matching events.</summary>
    Count = 1,

    /// <summary>How many distinct contacts of the account did it.</summary>
    People = 2,

    /// <summary>What a number of the matching events adds up to, and how many carried it.</summary>
    Sum = 3,

    /// <summary>The greatest of a number that the matching events carry.</summary>
    Max = 4,

    /// <summary>The least of it.</summary>
    Min = 5,

    /// <summary>When it happened for the first time.</summary>
    First = 6,
}

/// <summary>
/// A part of a condition that looks at events in a window, kept as a counter that knows when it changes.
/// </summary>
/// <param name="Key">A hash of everything else, stored with the counter: the same question asked twice is counted once.</param>
/// <param name="Where">Over the event's own fields; null for every event of that name.</param>
/// <param name="Window">(now − window, now]; null for ever.</param>
/// <param name="Keep">How many of the latest matching times are kept, enough to answer the comparison exactly (1 to 64).</param>
public sealed record Criterion(
    long Key, SubjectKind Subject, CriterionKind Kind, string EventName, Condition? Where, string WhereText, TimeSpan? Window, int Keep)
{
    /// <summary>Exact up to here; what asks for more is bucketed (a count) or bounded (people).</summary>
    public const int MostKept = 64;

    /// <summary>
    /// The window is cut into <see cref="MostKept"/> buckets that hold how many fell into each; an event leaves the
    /// window with the end of its bucket, up to a sixty-fourth of the window late.
    /// </summary>
    public bool IsBucketed { get; private init; }

    /// <summary>The number that a sum, a greatest or a least reads of each event; null where events are only counted.</summary>
    public Quantity? Value { get; private init; }

    /// <summary>Whether numbers are kept beside the times.</summary>
    public bool IsMeasured => Kind is CriterionKind.Sum or CriterionKind.Max or CriterionKind.Min;

    /// <summary>What the key is a hash of, readable: <c>contact.count("login", 14d) keep 3</c>.</summary>
    public string Definition => Define(Subject, Kind, EventName, Value?.Text, WhereText, Window, Keep, IsBucketed);

    internal long WindowMs => Window is { } window ? (long)window.TotalMilliseconds : 0;

    /// <summary>How long a bucket is; all of time where there is no window.</summary>
    internal long BucketMs => Window is null ? long.MaxValue : (WindowMs + MostKept - 1) / MostKept;

    public static Criterion Of(
        SubjectKind subject, CriterionKind kind, string eventName, Condition? where, string whereText, TimeSpan? window, int keep, bool isBucketed = false, Quantity? value = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, MostKept);
        if (isBucketed && kind == CriterionKind.People) throw new ArgumentException("Persons cannot be counted in buckets: one may be in several.");
        var key = Hash(Define(subject, kind, eventName, value?.Text, whereText, window, keep, isBucketed));
        return new(key, subject, kind, eventName, where, whereText, window, keep) { IsBucketed = isBucketed, Value = value };
    }

    /// <summary>Whether the event is one that is counted: its name and its fields.</summary>
    public bool Matches(OccurredEvent occurred) =>
        occurred.Name == EventName
        && (Kind != CriterionKind.People || occurred.ContactId != 0)
        && (Where is null || Where.HoldsFor(occurred))
        && (!IsMeasured || NumberOf(occurred) is not null);

    /// <summary>
    /// What the event carries, to nine decimals: so much is added without a rounding, in any order. Null where it carries no
    /// number, or one of 10^15 or more.
    /// </summary>
    internal decimal? NumberOf(OccurredEvent occurred)
    {
        if (Value is null) return null;
        var read = Value.Read(new ConditionContext { Catalog = Condition.NoCatalog, At = occurred.OccurredAt, Event = occurred });
        return read.Kind == AmountKind.Known && Math.Abs(read.Low) < 1e15 ? Math.Round((decimal)read.Low, 9) : null;
    }

    // Stored as keys of counters and of the table of criteria: the form may never change.
    private static string Define(
        SubjectKind subject, CriterionKind kind, string eventName, string? value, string whereText, TimeSpan? window, int keep, bool isBucketed)
    {
        var text = new StringBuilder();
        text.Append(subject == SubjectKind.Contact ? "contact." : "account.");
        text.Append(kind switch
        {
            CriterionKind.Count => "count",
            CriterionKind.People => "people",
            CriterionKind.Sum => "sum",
            CriterionKind.Max => "max",
            CriterionKind.Min => "min",
            CriterionKind.First => "first",
        });
        text.Append("(\"").Append(eventName.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append("\", ");
        if (value is not null) text.Append(value).Append(", ");
        text.Append(window is { } length ? Length.Write(length) : "ever");
        if (whereText.Length > 0) text.Append(", where: ").Append(whereText);
        text.Append(CultureInfo.InvariantCulture, $") keep {keep}{(isBucketed ? " in buckets" : "")}");
        return text.ToString();
    }

    /// <summary>FNV-1a of 64 bits over UTF-8 (Fowler, Noll, Vo): small, and the same everywhere and always.</summary>
    internal static long Hash(string text)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var octet in Encoding.UTF8.GetBytes(text)) hash = (hash ^ octet) * 0x100000001B3UL;
        return (long)hash;
    }
}
