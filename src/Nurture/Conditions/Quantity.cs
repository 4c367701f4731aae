using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>What a quantity is at a moment: between two bounds where a counter knows only part of its window, nothing where nobody ever said.</summary>
public readonly record struct Amount(AmountKind Kind, double Low, double High);

public enum AmountKind { Absent, Unknown, Known }

/// <summary>
/// A number about a subject, in the language of conditions: what a measure of health is made of. A yes-or-no expression
/// counts as 1 or 0. Immutable and shared by all threads.
/// </summary>
public sealed class Quantity
{
    private readonly Operand operand;

    internal Quantity(string text, Operand operand, IReadOnlyList<Criterion> criteria) => (Text, this.operand, Criteria) = (text, operand, criteria);

    public string Text { get; }

    /// <summary>What must be counted for it, each once.</summary>
    public IReadOnlyList<Criterion> Criteria { get; }

    /// <summary>Segments that it names, each once.</summary>
    public IReadOnlyList<Segment> Segments { get; internal init; } = [];

    public Amount Read(in ConditionContext context)
    {
        var read = operand.Read(context);
        return read.Kind switch
        {
            ReadingKind.Number or ReadingKind.Boolean => new(AmountKind.Known, read.Low, read.High),
            ReadingKind.Unknown => new(AmountKind.Unknown, double.NegativeInfinity, double.PositiveInfinity),
            // Only an untyped field can be a text or a moment here.
            ReadingKind.Absent or ReadingKind.Text or ReadingKind.Instant or ReadingKind.Date => new(AmountKind.Absent, 0, 0),
        };
    }

    /// <summary>
    /// The earliest moment after <c>context.At</c> at which it may have moved within (from, to) if nothing happens; null
    /// for never. What it does outside of those bounds does not matter: a scale is flat there.
    /// </summary>
    public DateTimeOffset? NextChange(in ConditionContext context, double from, double to)
    {
        var next = operand is Clock clock ? NextStep(clock, context, from, to) : operand.NextChange(context);
        return next == Operand.Never || next > DateTimeOffset.MaxValue.ToMilliseconds() ? null : Instants.FromMilliseconds(next);
    }

    private static long NextStep(Clock clock, in ConditionContext context, double from, double to)
    {
        if (clock.Steps(context) is not { } steps || clock is Days days && !days.IsFixed(context)) return clock.NextChange(context);
        // Steps grow also where the value falls, so the bounds are turned round with it.
        var (first, last) = clock.IsCountingDown ? (-to, -from) : (from, to);
        return steps >= last ? Operand.Never : clock.StartOf(context, Math.Max(steps, Math.Floor(first)) + 1);
    }

    /// <param name="most">Counting beyond this makes no difference: a counter keeps no more.</param>
    /// <returns>Null exactly when a diagnostic is an error.</returns>
    public static Quantity? Compile(string text, double most, ConditionScope scope, ICollection<Diagnostic> diagnostics)
    {
        var report = new Report(text, scope, diagnostics);
        if (!SourceCheck.Passes(text, report)) return null;
        var line = text.Replace('\r', ' ').Replace('\n', ' ');
        var parsed = ExpressionParser.Parse(line);
        if (parsed.Root is { } root) return new Binder(line, scope, report, own: null).BindQuantity(root, text, most);
        var first = parsed.Diagnostics[0];
        report.Error(ConditionDiagnostics.Syntax, first.Span, first.Said, first.Advice);
        return null;
    }
}
