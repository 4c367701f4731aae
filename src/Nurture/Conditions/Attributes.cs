using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Conditions;

/// <summary>An attribute of the person or the account, read live. An account that is not there yet is unknown, not empty.</summary>
internal sealed class AttributeRead(SubjectKind of, string name, PartType type, Reading instead) : Operand
{
    public (SubjectKind Of, string Name) Attribute => (of, name);

    /// <summary>The same, with nothing where nothing was said.</summary>
    public AttributeRead WithoutDefault() => new(of, name, type, Reading.Absent);

    public override Reading Read(in ConditionContext context)
    {
        SubjectState? subject = of == SubjectKind.Contact ? context.Contact : context.Account;
        if (subject is null || context.IsSettling && name == "email" && subject is ContactState { Email: null }) return Reading.Unknown;
        var read = Typed.As(type, Reading.Of(subject[name]));
        return read.Kind == ReadingKind.Absent ? instead : read;
    }
}

/// <summary>What the product knows of a subject beside its attributes.</summary>
internal sealed class BuiltIn(SubjectKind of, Func<SubjectState, Reading> read) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        SubjectState? subject = of == SubjectKind.Contact ? context.Contact : context.Account;
        return subject is null ? Reading.Unknown : read(subject);
    }
}

/// <summary>Which event a path begins at.</summary>
internal enum Heard { Trigger, Wait, Own, Response }

internal static class HeardEvents
{
    public static OccurredEvent? Event(this in ConditionContext context, Heard which) => which switch
    {
        Heard.Trigger => context.Trigger ?? context.Enrollment?.Trigger,
        Heard.Wait => context.Enrollment?.Heard,
        Heard.Own => context.Event,
        Heard.Response => context.Enrollment?.Response,
    };
}

/// <summary>A field of an event; nothing where there was no such event.</summary>
internal sealed class FieldRead(Heard which, string path, PartType type, Reading instead) : Operand
{
    public FieldRead WithoutDefault() => new(which, path, type, Reading.Absent);

    public override Reading Read(in ConditionContext context)
    {
        if (context.Event(which) is not { } occurred) return Reading.Absent;
        var read = Typed.As(type, Reading.Of(occurred[path]));
        return read.Kind == ReadingKind.Absent ? instead : read;
    }
}

/// <summary>A field of whichever event it turns out to be: where it does not carry it, what the plan says of that event.</summary>
internal sealed class FieldOfAny(Heard which, string path) : Operand
{
    public FieldRead WithoutDefault() => new(which, path, PartType.Untyped, Reading.Absent);

    public override Reading Read(in ConditionContext context)
    {
        if (context.Event(which) is not { } occurred) return Reading.Absent;
        var read = Reading.Of(occurred[path]);
        return read.Kind == ReadingKind.Absent && context.Catalog.Plan.Events.GetValueOrDefault(occurred.Name)?.Properties.GetValueOrDefault(path) is { } planned ? Reading.Of(planned.Default) : read;
    }
}

/// <summary>What every event has beside its fields.</summary>
internal sealed class EventRead(Heard which, Func<OccurredEvent, Reading> read) : Operand
{
    public override Reading Read(in ConditionContext context) =>
        context.Event(which) is { } occurred ? read(occurred) : Reading.Absent;
}

internal static class Typed
{
    public static PartType Of(ValueKind kind) => kind switch
    {
        ValueKind.Boolean => PartType.Boolean,
        ValueKind.Number => PartType.Number,
        ValueKind.Text => PartType.Text,
        ValueKind.Instant => PartType.Instant,
        ValueKind.Date => PartType.Date,
        ValueKind.Null => PartType.Untyped,
    };

    /// <summary>
    /// A stored value as the type that the plan gives it now: moments come as text in events. A value of another type,
    /// said under an older plan, is as if it had not been said.
    /// </summary>
    public static Reading As(PartType type, Reading read)
    {
        if (type is PartType.Instant or PartType.Date && read.Kind == ReadingKind.Text) read = Reading.Moment(read.Text!);
        return (type, read.Kind) switch
        {
            (PartType.Untyped, _) => read,
            (PartType.Boolean, ReadingKind.Boolean) => read,
            (PartType.Number, ReadingKind.Number) => read,
            (PartType.Text, ReadingKind.Text) => read,
            (PartType.Instant, ReadingKind.Instant) => read,
            (PartType.Date, ReadingKind.Date) => read,
            (PartType.Instant, ReadingKind.Date) => Reading.Instant(read.Low * 86_400_000),
            (PartType.Date, ReadingKind.Instant) => Reading.Date(Math.Floor(read.Low / 86_400_000)),
            _ => Reading.Absent,
        };
    }
}
