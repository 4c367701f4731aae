using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake;
using Nurture.Sessions;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios.Testing;

/// <summary><c>scenarios/tests/*.yaml</c>: what a scenario has to do, told on virtual time.</summary>
public sealed record ScenarioTestFile(string Scenario, IReadOnlyList<ScenarioTest> Tests, string File, SourceSpan Span, string Text);

public sealed record ScenarioTest
{
    public required string Name { get; init; }

    /// <summary>What every <c>at:</c> counts from.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>In which <see cref="Start"/> and local times are written; the deployment's default for who has none.</summary>
    public required string Zone { get; init; }

    /// <summary>Null where the test's people belong to no account.</summary>
    public TestAccount? Account { get; init; }

    public IReadOnlyList<TestContact> Contacts { get; init; } = [];

    /// <summary>As they are at the start.</summary>
    public IReadOnlyList<Session> Sessions { get; init; } = [];

    /// <summary>What happened before <see cref="Start"/>: it counts, and starts nothing.</summary>
    public IReadOnlyList<TestAction.Event> History { get; init; } = [];

    /// <summary>Cases that were closed before <see cref="Start"/>: the cool-down of their families began then.</summary>
    public IReadOnlyList<ClosedCase> Closed { get; init; } = [];

    /// <summary>In the order of their moments; at one moment as written.</summary>
    public IReadOnlyList<TestAction> When { get; init; } = [];

    public IReadOnlyList<Expectation> Expect { get; init; } = [];

    /// <summary>After this nothing may be sent; the run goes on a year beyond it.</summary>
    public DateTimeOffset? NothingAfter { get; init; }

    public required SourceSpan Span { get; init; }
}

/// <param name="CreatedAt">Before the test's start, or at it.</param>
public sealed record TestAccount(string Id, IReadOnlyDictionary<string, AttributeValue> Attributes, DateTimeOffset CreatedAt);

/// <param name="Contact">Null for what is the account's alone.</param>
public sealed record HookedItem(string? Contact, IntakeItem Item);

/// <param name="Type">Of escalations.yaml.</param>
public sealed record ClosedCase(string Type, DateTimeOffset At);

public sealed record TestContact
{
    public required string Id { get; init; }

    /// <summary>Email, name, locale and zone among them.</summary>
    public required IReadOnlyDictionary<string, AttributeValue> Attributes { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    public ConsentBasis Basis { get; init; } = ConsentBasis.Relationship;

    /// <summary>Topics, or <c>*</c>.</summary>
    public IReadOnlyList<string> Refuses { get; init; } = [];

    public bool IsSuppressed { get; init; }

    /// <summary>Whether they belong to the test's account from the beginning, where it has one.</summary>
    public bool IsInAccount { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Something that happens in a test.</summary>
public abstract record TestAction
{
    private TestAction(DateTimeOffset at, SourceSpan span) => (At, Span) = (at, span);

    public DateTimeOffset At { get; init; }

    public SourceSpan Span { get; }

    /// <param name="Contact">Null when the account itself did it.</param>
    /// <param name="Properties">UTF-8 JSON, an object.</param>
    public sealed record Event(DateTimeOffset At, string? Contact, string Name, ReadOnlyMemory<byte> Properties, SourceSpan Span) : TestAction(At, Span)
    {
        /// <summary>It comes with an import: it counts, and starts nothing.</summary>
        public bool IsImported { get; init; }

        /// <summary>When it happened, where an import tells it later.</summary>
        public DateTimeOffset? HappenedAt { get; init; }
    }

    /// <summary>Attributes change; of the account where <paramref name="Contact"/> is null.</summary>
    public sealed record Set(DateTimeOffset At, string? Contact, IReadOnlyDictionary<string, AttributeValue> Attributes, SourceSpan Span) : TestAction(At, Span)
    {
        /// <summary>They come with an import: they are known from then on, and start nothing.</summary>
        public bool IsImported { get; init; }
    }

    /// <summary>Somebody who was alone belongs to the account from now on.</summary>
    public sealed record Join(DateTimeOffset At, string Contact, IReadOnlyList<string> Roles, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A colleague pauses the scenario, or lets it go on.</summary>
    public sealed record Pause(DateTimeOffset At, bool IsPaused, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A link in the latest mail from this template is followed.</summary>
    public sealed record Click(DateTimeOffset At, string Contact, string Template, SourceSpan Span) : TestAction(At, Span);

    public sealed record Open(DateTimeOffset At, string Contact, string Template, SourceSpan Span) : TestAction(At, Span);

    /// <summary>The question in the latest mail from this template, or of this step, is answered.</summary>
    public sealed record Answer(DateTimeOffset At, string Contact, string Asked, string With, string Comment, SourceSpan Span) : TestAction(At, Span);

    /// <summary>The person unsubscribes from a topic, or from everything (<c>*</c>).</summary>
    public sealed record Refuse(DateTimeOffset At, string Contact, string Topic, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A human takes the open case of the type, or closes it with an outcome.</summary>
    public sealed record Work(DateTimeOffset At, string Type, EscalationAct Act, string Outcome, SourceSpan Span) : TestAction(At, Span);

    /// <summary>An endpoint answers the latest call to it, or fails it for good.</summary>
    /// <param name="With">What scenarios read as <c>response.…</c>: UTF-8 JSON, an object.</param>
    public sealed record Respond(DateTimeOffset At, string Endpoint, bool IsAnswered, ReadOnlyMemory<byte> With, SourceSpan Span) : TestAction(At, Span);

    /// <summary>Another system tells something: what hooks.yaml makes of the body.</summary>
    public sealed record Hooked(DateTimeOffset At, string Hook, IReadOnlyList<HookedItem> Items, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A colleague starts the scenario for somebody, or for the account where <paramref name="Contact"/> is null.</summary>
    /// <param name="Row">Of a scenario with rows: which one.</param>
    /// <param name="With">What it reads as <c>trigger.…</c>: UTF-8 JSON, an object; empty for nothing.</param>
    public sealed record Start(DateTimeOffset At, string? Contact, string? Row, ReadOnlyMemory<byte> With, SourceSpan Span) : TestAction(At, Span);

    /// <summary>Somebody registers for a session, or gives the seat back.</summary>
    public sealed record Register(DateTimeOffset At, string Contact, string Session, bool IsCancelling, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A session is moved, cancelled, or who came is said: one of the three.</summary>
    public sealed record ChangeSession(DateTimeOffset At, string Session, DateTimeOffset? MovedTo, bool IsCancelled, IReadOnlyList<string>? Attended, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A human does the latest task of this step, or of this title.</summary>
    public sealed record Done(DateTimeOffset At, string Task, string Outcome, SourceSpan Span) : TestAction(At, Span);

    /// <summary>A human approves the latest mail from this template, or of this step, or declines it.</summary>
    /// <param name="To">Whose mail it is; null for the latest of anybody.</param>
    public sealed record Decide(DateTimeOffset At, string Asked, string? To, bool IsApproved, SourceSpan Span) : TestAction(At, Span);

    /// <summary>The person answers a mail with one of their own, or their mailbox does by itself.</summary>
    public sealed record Reply(DateTimeOffset At, string Contact, bool IsAutomatic, SourceSpan Span) : TestAction(At, Span);

    /// <summary>The person works there no more.</summary>
    public sealed record Leave(DateTimeOffset At, string Contact, SourceSpan Span) : TestAction(At, Span);
}

/// <summary>Something that has to be so. A null moment means at any time.</summary>
public abstract record Expectation
{
    private Expectation(DateTimeOffset? at, SourceSpan span) => (At, Span) = (at, span);

    public DateTimeOffset? At { get; }

    public SourceSpan Span { get; }

    /// <summary>Of a scenario with rows: the row that is meant; null for any.</summary>
    public string? Row { get; init; }

    /// <summary>On whose clock the moment was written; null for the test's.</summary>
    public string? Zone { get; init; }

    /// <summary>A mail leaves. Each mail answers one expectation.</summary>
    public sealed record Send(DateTimeOffset? At, string Template, string? To, SourceSpan Span) : Expectation(At, Span)
    {
        /// <summary>Which of the tested subjects it leaves with; null for any.</summary>
        public string? Arm { get; init; }
    }

    /// <summary>No mail from this template leaves (to this person), and if a reason is named, the journal gives it.</summary>
    public sealed record NotSent(DateTimeOffset? At, string Template, string? To, Reason? Because, SourceSpan Span) : Expectation(At, Span);

    /// <summary>An enrollment stands on the step: at the moment named, else at some time.</summary>
    public sealed record Step(DateTimeOffset? At, string Id, SourceSpan Span) : Expectation(At, Span);

    public sealed record Ends(DateTimeOffset? At, Reason Because, SourceSpan Span) : Expectation(At, Span);

    /// <summary>A human is called: a case of the type is opened, or joined.</summary>
    public sealed record Escalated(DateTimeOffset? At, string Type, SourceSpan Span) : Expectation(At, Span);

    /// <summary>The account's health comes into the band.</summary>
    public sealed record Band(DateTimeOffset? At, HealthBand Into, SourceSpan Span) : Expectation(At, Span);

    /// <summary>A webhook calls the endpoint.</summary>
    public sealed record Called(DateTimeOffset? At, string Endpoint, SourceSpan Span) : Expectation(At, Span);

    /// <summary>A colleague, or a channel, is told something.</summary>
    /// <param name="Who">As the step says it, or the address that it comes to.</param>
    public sealed record Notified(DateTimeOffset? At, string Who, SourceSpan Span) : Expectation(At, Span);

    /// <summary>Somebody enters, or the trigger lets nobody in, for the reason named.</summary>
    public sealed record Entered(DateTimeOffset? At, bool IsEntered, Reason? Because, SourceSpan Span) : Expectation(At, Span);
}
