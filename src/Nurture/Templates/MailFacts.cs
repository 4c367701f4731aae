using System.Collections.Frozen;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>What a mail asks in the language of conditions, compiled, and of whom.</summary>
/// <param name="IsMadeUp">Of somebody who is made up to look at the mail.</param>
public sealed record MailAnswers(IReadOnlyDictionary<string, Fact> Facts, ConditionContext Context, bool IsMadeUp = false);

/// <summary>
/// Names and functions of conditions in mails (SEMANTICS.md 4). They are found when a mail is read and answered when it is released;
/// the answers are kept with the send, so that it renders the same again. They are about the person whom the mail is to, and that
/// person's account, whatever its scenario is about.
/// </summary>
public static class MailFacts
{
    public static FactLanguage Language { get; } = new()
    {
        Functions = ConditionFunctions.All.Select(function => function.Name).ToFrozenSet(StringComparer.Ordinal),
        Receivers = new[] { "contact", "account" }.ToFrozenSet(StringComparer.Ordinal),
        Heads = new[] { "contact", "account", "trigger", "heard", "event" }.ToFrozenSet(StringComparer.Ordinal),
        Paths = ConditionNames.Answered.ToFrozenSet(StringComparer.Ordinal),
    };

    /// <summary>A mail's HTML.</summary>
    public static TemplateOptions Html { get; } = TemplateOptions.Html with { Facts = Language };

    /// <summary>A mail's subject, preheader or text part.</summary>
    public static TemplateOptions Text { get; } = TemplateOptions.Text with { Facts = Language };

    /// <summary>Those of all mails there are, by their texts. What no longer reads answers nothing.</summary>
    public static IReadOnlyDictionary<string, Fact> Of(IEnumerable<MailReads> mails, TrackingPlan plan, SegmentSet segments) =>
        mails.SelectMany(reads => reads.Facts).Distinct(StringComparer.Ordinal).Select(text => Fact.Compile(text, ScopeIn(plan, segments.ForPublished()), [])).OfType<Fact>()
            .ToDictionary(fact => fact.Text, StringComparer.Ordinal);

    /// <summary>What is wrong with what a mail asks, at its places.</summary>
    /// <param name="segments">Null where they are not at hand: none is then missed.</param>
    public static IEnumerable<Diagnostic> Check(MailTemplate template, TrackingPlan plan, SegmentSet? segments)
    {
        var found = new List<Diagnostic>();
        foreach (var text in MailReads.TextsOf(template).Where(text => text.IsValid))
        {
            foreach (var fact in text.Facts.Where(fact => fact.Text != FactLanguage.Today))
            {
                var (file, at) = template.PlaceOf(text, fact.Span);
                var said = new List<Diagnostic>();
                Fact.Compile(fact.Text, ScopeIn(plan, segments ?? SegmentSet.None.ForPublished()) with { File = file, Origin = at }, said);
                // A mail that prints how often something happened wants no exact border.
                found.AddRange(said.Where(one => one.Code != ConditionDiagnostics.Approximate));
            }
        }

        return found.Distinct();
    }

    private static ConditionScope ScopeIn(TrackingPlan plan, SegmentSet segments) =>
        new() { Subject = SubjectKind.Contact, Plan = plan, Segments = segments, TriggerEvents = [], HeardEvents = [], HasEnrollment = true, IsMail = true };
}
