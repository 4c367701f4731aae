using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>
/// A question about a subject, as authors write it: the expression part of the template language in a strict profile.
/// Immutable and shared by all threads.
/// </summary>
public sealed partial class Condition
{
    internal static readonly Catalog NoCatalog = new();

    /// <summary>Stands where a condition has mistakes and must let nobody in.</summary>
    internal static readonly Condition Unanswered = new("", new Unanswerable(), [], [], readsContact: true, readsAccount: true);

    /// <summary>Whether the subject is written down in a segment that is a list.</summary>
    internal static Condition IsListed(string segment, SubjectKind of) =>
        new(Segment.Listed, new Listed(segment, of), [], [], readsContact: of == SubjectKind.Contact, readsAccount: of == SubjectKind.Account);

    private readonly Test test;

    internal Condition(string text, Test test, IReadOnlyList<Criterion> criteria, IReadOnlyList<EventPredicate> events, bool readsContact, bool readsAccount)
    {
        this.test = test;
        Text = text;
        Criteria = criteria;
        Events = events;
        ReadsContact = readsContact;
        ReadsAccount = readsAccount;
    }

    public string Text { get; }

    /// <summary>What must be counted for it, each once.</summary>
    public IReadOnlyList<Criterion> Criteria { get; }

    /// <summary>What an enrollment must remember for it, each once.</summary>
    public IReadOnlyList<EventPredicate> Events { get; }

    /// <summary>Templates whose mails it asks about: <c>clicked</c> and <c>opened</c>.</summary>
    public IReadOnlyList<string> HitTemplates { get; internal init; } = [];

    /// <summary>Segments that it names itself, each once; what those name in turn is theirs.</summary>
    public IReadOnlyList<Segment> Segments { get; internal init; } = [];

    /// <summary>Attributes of the account that it reads itself, each once.</summary>
    public IReadOnlyList<string> AccountAttributes { get; internal init; } = [];

    /// <summary>Whether the answer depends on the person: attributes, roles, consent, counters.</summary>
    public bool ReadsContact { get; }

    /// <summary>Whether the answer depends on the account: attributes, roles of its people, counters.</summary>
    public bool ReadsAccount { get; }

    /// <summary>Whether the answer depends on the account's health: itself, or a segment that it names.</summary>
    public bool ReadsHealth { get; internal init; }

    public Truth Evaluate(in ConditionContext context) => test.Ask(context);

    /// <summary>
    /// The earliest instant after <c>context.At</c> at which the answer may differ if nothing happens; null for never.
    /// Early at worst, never late: asked at any moment before it, the answer is what it is now.
    /// </summary>
    public DateTimeOffset? NextChange(in ConditionContext context)
    {
        var next = test.NextChange(context);
        if (next == Operand.Never || next > DateTimeOffset.MaxValue.ToMilliseconds()) return null;
        return Instants.FromMilliseconds(next);
    }

    /// <summary>As <see cref="NextChange"/>, for a condition that asks this one.</summary>
    internal long NextChangeMs(in ConditionContext context) => test.NextChange(context);

    /// <summary>A <c>where</c> over the event's own fields. A field that is not there makes a comparison false, never unknown.</summary>
    public bool HoldsFor(OccurredEvent occurred) =>
        Evaluate(new ConditionContext { Catalog = NoCatalog, At = occurred.OccurredAt, Event = occurred }) == Truth.True;

    /// <summary>Null exactly when a diagnostic is an error.</summary>
    public static Condition? Compile(string text, ConditionScope scope, ICollection<Diagnostic> diagnostics)
    {
        var report = new Report(text, scope, diagnostics);
        if (!SourceCheck.Passes(text, report)) return null;

        // Blanks for newlines: the parser ends an expression where a line ends, and positions stay the same.
        var line = text.Replace('\r', ' ').Replace('\n', ' ');
        var parsed = ExpressionParser.Parse(line);
        if (parsed.Root is not { } root)
        {
            var first = parsed.Diagnostics[0];
            report.Error(ConditionDiagnostics.Syntax, first.Span, first.Said, first.Advice);
            return null;
        }

        return new Binder(line, scope, report, own: null).BindCondition(root, text);
    }
}
