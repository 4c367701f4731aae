using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>
/// A value in the language of conditions, as a mail or a step's text prints it or asks for it: answered by the same rules, at
/// the moment when that is made. Immutable and shared by all threads.
/// </summary>
public sealed class Fact
{
    // Of somebody made up nobody counted anything.
    private const int MadeUpNumber = 3;

    private readonly Operand? operand;
    private readonly RoleSource? roles;
    private readonly PartType type;

    internal Fact(string text, PartType type, Operand? operand, RoleSource? roles) => (Text, this.type, this.operand, this.roles) = (text, type, operand, roles);

    public string Text { get; }

    /// <summary>What must be counted for it, each once.</summary>
    public IReadOnlyList<Criterion> Criteria { get; internal init; } = [];

    /// <summary>What an enrollment must remember for it, each once.</summary>
    public IReadOnlyList<EventPredicate> Events { get; internal init; } = [];

    /// <summary>Segments that it names, each once.</summary>
    public IReadOnlyList<Segment> Segments { get; internal init; } = [];

    /// <summary>Several texts at once: <see cref="Value"/> has none.</summary>
    public bool IsRoles => roles is not null;

    /// <summary>What is not known is nothing.</summary>
    public AttributeValue Value(in ConditionContext context)
    {
        var read = operand?.Read(context) ?? Reading.Absent;
        return read.Kind switch
        {
            ReadingKind.Boolean => AttributeValue.From(read.Low != 0),
            ReadingKind.Number when read.Low == read.High => AttributeValue.From(read.Low),
            ReadingKind.Text => AttributeValue.From(read.Text!),
            ReadingKind.Instant => AttributeValue.From(Instants.FromMilliseconds((long)read.Low)),
            ReadingKind.Date => AttributeValue.From(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(read.Low))),
            ReadingKind.Number or ReadingKind.Absent or ReadingKind.Unknown => AttributeValue.Null,
        };
    }

    /// <summary>What is not known is null, and so is what nobody ever said.</summary>
    /// <param name="isMadeUp">Of somebody who is made up, so that what was never counted shows what it will look like.</param>
    public void WriteJson(Utf8JsonWriter json, in ConditionContext context, bool isMadeUp)
    {
        if (roles is not null)
        {
            WriteRoles(json, roles.All(context) ?? (isMadeUp ? ["admin"] : null));
            return;
        }

        var read = operand!.Read(context);
        if (isMadeUp && (read.Kind is ReadingKind.Unknown or ReadingKind.Absent || read.Low != read.High)) read = MadeUp(context);
        switch (read.Kind)
        {
            case ReadingKind.Boolean: json.WriteBooleanValue(read.Low != 0); break;
            case ReadingKind.Number when read.Low == read.High: json.WriteNumberValue(read.Low); break;
            case ReadingKind.Text: json.WriteStringValue(read.Text); break;
            case ReadingKind.Instant: json.WriteStringValue(AttributeValue.From(Instants.FromMilliseconds((long)read.Low)).ToString()); break;
            case ReadingKind.Date: json.WriteStringValue(DayOf(read.Low)); break;
            case ReadingKind.Number or ReadingKind.Absent or ReadingKind.Unknown: json.WriteNullValue(); break;
        }
    }

    /// <summary>The day that it is for conditions: <c>2026-12-31</c>.</summary>
    public static string Today(in ConditionContext context) => DayOf(Calendar.DayOf(context, context.Now()));

    /// <summary>Null exactly when a diagnostic is an error.</summary>
    public static Fact? Compile(string text, ConditionScope scope, ICollection<Diagnostic> diagnostics)
    {
        var report = new Report(text, scope, diagnostics);
        if (!SourceCheck.Passes(text, report)) return null;
        var line = text.Replace('\r', ' ').Replace('\n', ' ');
        var parsed = ExpressionParser.Parse(line);
        if (parsed.Root is { } root) return new Binder(line, scope, report, own: null).BindFact(root, text);
        var first = parsed.Diagnostics[0];
        report.Error(ConditionDiagnostics.Syntax, first.Span, first.Message, first.Hint);
        return null;
    }

    private static void WriteRoles(Utf8JsonWriter json, IEnumerable<string>? known)
    {
        if (known is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (var role in known) json.WriteStringValue(role);
        json.WriteEndArray();
    }

    private Reading MadeUp(in ConditionContext context) => type switch
    {
        PartType.Boolean => Reading.Of(true),
        PartType.Number => Reading.Of(MadeUpNumber),
        PartType.Instant => Reading.Instant(context.Now()),
        PartType.Date => Reading.Date(Calendar.DayOf(context, context.Now())),
        PartType.Text or PartType.Untyped or PartType.Roles => Reading.Absent,
    };

    private static string DayOf(double day) => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
