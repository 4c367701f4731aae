using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>A day or a moment that an attribute or a field says, in the language of conditions. Immutable and shared by all threads.</summary>
public sealed class DateExpression
{
    private readonly Operand operand;

    internal DateExpression(string text, Operand operand) => (Text, this.operand) = (text, operand);

    public string Text { get; }

    /// <summary>The attribute that says it; null where something else does.</summary>
    public (SubjectKind Of, string Name)? Attribute => (operand as AttributeRead)?.Attribute;

    /// <summary>One of the two where it is known; a text that is a day or a moment in ISO 8601 is one.</summary>
    public (DateOnly? Day, DateTimeOffset? Moment) Read(in ConditionContext context)
    {
        var read = operand.Read(context);
        return read.Kind == ReadingKind.Text ? Parse(read.Text!) : Said(read);
    }

    /// <summary>What a text in ISO 8601 says, a day or a moment; neither where it is none.</summary>
    public static (DateOnly? Day, DateTimeOffset? Moment) Parse(string text) => Said(Reading.Moment(text));

    private static (DateOnly? Day, DateTimeOffset? Moment) Said(Reading read) =>
        read.Kind switch
        {
            ReadingKind.Date => (DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)read.Low), null),
            ReadingKind.Instant => (null, Instants.FromMilliseconds((long)read.Low)),
            ReadingKind.Absent or ReadingKind.Unknown or ReadingKind.Boolean or ReadingKind.Number or ReadingKind.Text => (null, null),
        };

    /// <returns>Null exactly when a diagnostic is an error.</returns>
    public static DateExpression? Compile(string text, ConditionScope scope, ICollection<Diagnostic> diagnostics)
    {
        var report = new Report(text, scope, diagnostics);
        if (!SourceCheck.Passes(text, report)) return null;
        var parsed = ExpressionParser.Parse(text);
        if (parsed.Root is { } root) return new Binder(text, scope, report, own: null).BindDate(root, text);
        var first = parsed.Diagnostics[0];
        report.Error(ConditionDiagnostics.Syntax, first.Span, first.Said, first.Advice);
        return null;
    }
}
