using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>
/// Comparisons whose answer does not depend on what is compared: the language compares a text with anything by what is printed, so
/// that nothing fails, and the mail says the same to everybody.
/// </summary>
internal static class MailComparisons
{
    public static void Check(MailTemplate template, TrackingPlan plan, List<Diagnostic> found)
    {
        foreach (var text in MailReads.TextsOf(template).Where(text => text.IsValid))
        {
            foreach (var compared in text.Comparisons)
            {
                var (left, right) = (Typed(text, compared.Left, plan), Typed(text, compared.Right, plan));
                var pairs = left.SelectMany(a => right.Select(b => Compared(compared.Operator, a, b))).ToList();
                // What may be one thing or another compares when one of them does.
                if (pairs.Count == 0 || pairs.Contains(null)) continue;
                var complaint = pairs[0]!;
                var (file, at) = template.PlaceOf(text, compared.Span);
                found.Add(new(complaint.Code, complaint.Severity, file, at, complaint.Said, complaint.Advice));
            }
        }
    }

    private static List<Side> Typed(Template text, IReadOnlyList<ComparedValue> values, TrackingPlan plan) =>
        [.. values.Select(value => TypeOf(value, plan) with { Shown = text.Text.Substring(value.Span.Start, value.Span.Length), Literal = value.Literal })];

    private static Side TypeOf(ComparedValue value, TrackingPlan plan)
    {
        if (value.Path?.Split('.') is not { } path)
        {
            return new(value.Kind switch
            {
                ComparedKind.Number => SideType.Number,
                ComparedKind.Text => SideType.Text,
                ComparedKind.Boolean => SideType.Boolean,
                ComparedKind.Date => SideType.Date,
                ComparedKind.Duration => SideType.Duration,
                ComparedKind.Unknown => SideType.Unknown,
            });
        }

        return path switch
        {
            ["contact" or "account", "id"] => new(SideType.Number),
            ["contact" or "account", var name] => OfAttribute(path[0] == "contact" ? SubjectKind.Contact : SubjectKind.Account, name, plan),
            ["trigger" or "heard", ..] => OfProperty(string.Join('.', path[1..]), plan),
            ["locale"] or ["unsubscribe_url"] or ["sender", _] or ["reply", "subject"] or ["ask", "question"] => new(SideType.Text),
            ["ask", "is_scale"] => new(SideType.Boolean),
            _ => new(SideType.Unknown),
        };
    }

    private static Side OfAttribute(SubjectKind of, string name, TrackingPlan plan)
    {
        var type = plan.Attribute(of, name) is { } planned ? TypeOf(planned.Type) : ProductKnowledge.TextAttributes(of).Contains(name) ? SideType.Text : SideType.Unknown;
        return new(type, IsCertain: true, Choices: type == SideType.Text ? ProductKnowledge.ChoicesOf(of, name, plan) : null);
    }

    /// <summary>Which event it is only the scenario knows, and what an event says is taken as it comes.</summary>
    private static Side OfProperty(string name, TrackingPlan plan)
    {
        var types = plan.Events.Values.Where(planned => planned.Properties.ContainsKey(name)).Select(planned => planned.Properties[name].Type).Distinct().ToList();
        return new(types is [var only] ? TypeOf(only) : SideType.Unknown, IsCertain: false);
    }

    private static SideType TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Number => SideType.Number,
        ValueKind.Boolean => SideType.Boolean,
        ValueKind.Text => SideType.Text,
        ValueKind.Date => SideType.Day,
        ValueKind.Instant => SideType.Moment,
        ValueKind.Null => SideType.Unknown,
    };

    /// <summary>Null where the two compare.</summary>
    private static Complaint? Compared(BinaryOperator relation, Side left, Side right) =>
        left.Type == SideType.Unknown || right.Type == SideType.Unknown ? null : OneWay(relation, left, right) ?? OneWay(relation, right, left);

    private static Complaint? OneWay(BinaryOperator relation, Side one, Side other)
    {
        var isEquality = relation is BinaryOperator.Equal or BinaryOperator.NotEqual;
        switch (one.Type, other.Type)
        {
            case (SideType.Number, SideType.Text):
                return Never(one, other, other.Literal is string digits && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? (Wording)$"Write {digits} without quotes."
                    : one.Literal is not null ? (Wording)$"Write \"{one.Shown}\"." : other.Literal is null ? (Wording)$"A text becomes a number by ({other.Shown} | string.to_double)." : null);
            case (SideType.Number, SideType.Boolean) or (SideType.Text, SideType.Boolean):
                return Never(one, other, other.Literal is null ? Asked(other) : (Wording)$"Ask whether it is there: {{{{ if {one.Shown} }}}}.");
            case (SideType.Number or SideType.Boolean, SideType.Day or SideType.Moment or SideType.Date or SideType.Duration):
                return Never(one, other, other.Type == SideType.Duration ? (Wording)$"Compare a number of it: ({other.Shown}).total_days." : null);
            case (SideType.Day or SideType.Moment, SideType.Date):
                return Never(one, other, $"Make a date of it: (date.parse {one.Shown}).");
            case (SideType.Date, SideType.Text):
                return other.Literal is string text && !IsMoment(text) ? NoMoment(one, other, text) : Never(one, other, $"Make a date of it: (date.parse {other.Shown}).");
            case (SideType.Duration, SideType.Text or SideType.Date or SideType.Day or SideType.Moment):
                return Never(one, other, $"Compare a number of it: ({one.Shown}).total_days.");
            case (SideType.Day or SideType.Moment, SideType.Text) when other.Literal is string written:
                if (!IsMoment(written)) return NoMoment(one, other, written);
                return isEquality && one.Type == SideType.Moment && written.Length == "2026-12-31".Length
                    ? new(DiagnosticCodes.NeverCompares, one.Severity, $"{one.Shown} is a moment and \"{written}\" a day: they are never equal.", $"Compare its day: ({one.Shown} | string.slice 0 10).")
                    : null;
            case (SideType.Text, SideType.Text) when one.Choices is { } choices && other.Literal is string value && isEquality && !choices.Contains(value):
                return new(DiagnosticCodes.UnknownComparedValue, Severity.Warning, $"\"{value}\" is none of the values that {one.Shown} can have.",
                    Spelling.Hint(value, choices) ?? $"There are {string.Join(", ", choices.Select(choice => $"\"{choice}\""))}.");
            default:
                return null;
        }
    }

    private static Wording Asked(Side yesOrNo) => $"Write {yesOrNo.Shown}, or !({yesOrNo.Shown}).";

    private static Complaint NoMoment(Side one, Side other, string written) =>
        new(DiagnosticCodes.NeverCompares, Worse(one, other), $"{one.Shown} is {Named(one.Type)}, and \"{written}\" is no day and no moment.", "Write it like \"2026-12-31\" or \"2026-12-31T09:00:00Z\".");

    private static Complaint Never(Side one, Side other, Wording? hint) =>
        new(DiagnosticCodes.NeverCompares, Worse(one, other), $"{one.Shown} is {Named(one.Type)} and {other.Shown} {Named(other.Type)}: they do not compare.", hint);

    private static Severity Worse(Side one, Side other) => one.IsCertain && other.IsCertain ? Severity.Error : Severity.Warning;

    private static bool IsMoment(string text) => Reading.Moment(text).Kind is ReadingKind.Date or ReadingKind.Instant;

    private static Wording Named(SideType type) => type switch
    {
        SideType.Number => "a number",
        SideType.Text => "a text",
        SideType.Boolean => "a yes or no",
        SideType.Day => "a day, written as a text",
        SideType.Moment => "a moment, written as a text",
        SideType.Date => "a date",
        SideType.Duration => "a length of time",
        SideType.Unknown => "anything",
    };

    private enum SideType { Unknown, Number, Text, Boolean, Day, Moment, Date, Duration }

    /// <param name="IsCertain">What intake makes sure of, or the template says itself.</param>
    private sealed record Side(SideType Type, bool IsCertain = true, IReadOnlyList<string>? Choices = null, string Shown = "", object? Literal = null)
    {
        public Severity Severity => IsCertain ? Severity.Error : Severity.Warning;
    }

    private sealed record Complaint(string Code, Severity Severity, Wording Said, Wording? Advice);
}
