using System.Text.Json;
using System.Text.Json.Serialization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

// What the API shows. Fields are added, never taken away or given another meaning. Ids of enrollments are text: they have
// 64 bits, and JSON's numbers keep 53.

public sealed record ShownContact(
    long Id, string Subject, string Namespace, long? AccountId, string? Email, string? Name, string? Locale, string? Zone, string Status,
    IReadOnlyList<string> Roles, JsonElement Attributes, string Basis, JsonElement Refusals, DateTimeOffset CreatedAt, DateTimeOffset? LastActiveAt, DateTimeOffset? ErasedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Of the primary account; in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccountName { get; init; }

    /// <summary>Whether its address may not be mailed; in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsBlocked { get; init; }

    /// <summary>A colleague or a test person: mailed, and in no figure.</summary>
    public bool IsInternal { get; init; }

    /// <summary>How it is known outside; where one contact was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownIdentity>? Identities { get; init; }

    /// <summary>How its ids came to be its own; where one contact was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownEvidence>? Evidence { get; init; }

    /// <summary>Why its address may not be mailed; where one contact was asked for, and only if so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShownBlock? Suppression { get; init; }

    /// <summary>What keeps back mail to a person without an account; where one contact was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownHold>? Holds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownAccount>? Accounts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownEnrollment>? Enrollments { get; init; }

    /// <summary>What its account is enrolled in, whose mails it may get; where one contact was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownEnrollment>? AccountEnrollments { get; init; }

    internal static ShownContact Of(ContactView person) => new(
        person.Id, SubjectRef.Contact(person.Id).ToString(), person.Namespace, person.AccountId, person.Email, person.Name, person.Locale, person.Zone,
        ApiJson.Word(person.Status), person.Roles, ApiJson.Stored(person.Attributes), person.Basis.Name(), ApiJson.Stored(person.Refusals), person.CreatedAt,
        person.LastActiveAt, person.ErasedAt, person.UpdatedAt)
    {
        IsInternal = person.IsInternal,
    };
}

public sealed record ShownIdentity(string Namespace, string Kind, string Value, DateTimeOffset LinkedAt)
{
    internal static ShownIdentity Of(KnownIdentity identity) =>
        new(identity.Namespace, ApiJson.Word((IdentityKind)identity.Kind), identity.Value, identity.LinkedAt);
}

/// <summary>Why an address may not be mailed.</summary>
/// <param name="Id">Of the suppression.</param>
public sealed record ShownBlock(string Id, string Reason, string Source, DateTimeOffset At, string? Note)
{
    internal static ShownBlock Of(Suppression suppression) => new(
        Convert.ToHexStringLower(suppression.Hash), suppression.Reason, suppression.Source, suppression.At, suppression.Note);
}

/// <param name="How"><c>attached</c> an id that nobody had, <c>repointed</c> a browser that was another contact's, <c>merged</c> all ids of another contact.</param>
/// <param name="MessageId">The message that said so.</param>
public sealed record ShownEvidence(
    long Id, string Namespace, string Kind, string Value, long? OtherContactId, string How, string? MessageId, DateTimeOffset At, DateTimeOffset? UndoneAt)
{
    internal static ShownEvidence Of(IdentityEvidence evidence) => new(
        evidence.Id, evidence.Namespace, ApiJson.Word((IdentityKind)evidence.Kind), evidence.Value, evidence.OtherContactId, evidence.How, evidence.MessageId, evidence.At, evidence.UndoneAt);
}

public sealed record ShownAccount(
    long Id, string Subject, string Namespace, string ExternalId, string? Name, string? Tier, string? Stage, string? Owner, JsonElement Attributes,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Those whose primary account it is, the first of them; where one account was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownContact>? People { get; init; }

    /// <summary>Those who belong to it too, and to another account first; where one account was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownContact>? AlsoPeople { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownEnrollment>? Enrollments { get; init; }

    /// <summary>0 to 100; null where nobody scores it, or too little is known.</summary>
    public double? HealthScore { get; init; }

    public string? HealthBand { get; init; }

    public DateTimeOffset? HealthSince { get; init; }

    /// <summary>Until when its mails wait; null while they go.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>An open case; null where there is none.</summary>
    public string? EscalationId { get; init; }

    /// <summary>Marked so, or only people of ours are in it: neither scored nor escalated, and in no figure.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The account that it turned out to be, where all that it had is now; null while it is itself.</summary>
    public long? MergedInto { get; init; }

    /// <summary>Why its mails wait; where one account was asked for.</summary>
    public ShownHold? Hold { get; init; }

    internal static ShownAccount Of(AccountView account) => new(
        account.Id, SubjectRef.Account(account.Id).ToString(), account.Namespace, account.ExternalId, account.Name, account.Tier, account.Stage, account.Owner,
        ApiJson.Stored(account.Attributes), account.CreatedAt, account.UpdatedAt)
    {
        MergedInto = account.MergedInto,
        HealthScore = account.HealthScore is { } score ? Math.Round(score, 1) : null,
        HealthBand = account.HealthBand is { } band ? HealthBands.Word(band) : null,
        HealthSince = account.HealthSince,
        HoldUntil = account.HoldUntil,
        IsInternal = account.IsInternal,
        EscalationId = ShownEnrollment.Number(account.EscalationId ?? 0),
    };
}

/// <param name="Source"><c>escalation:ID</c> or <c>user:ADDRESS</c>.</param>
/// <param name="Account">Empty of a person without an account.</param>
/// <param name="Blocks">Classes and topics of the sends that wait.</param>
public sealed record ShownHold(string Account, string? AccountName, string Source, DateTimeOffset Since, DateTimeOffset Until, string Because, IReadOnlyList<string> Blocks)
{
    internal static ShownHold Of(HoldRow hold) => new(
        hold.AccountId == 0 ? "" : SubjectRef.Account(hold.AccountId).ToString(), hold.AccountName, hold.Source, hold.Since, hold.Until, hold.Because, [.. hold.Blocks.Classes.Select(of => ApiJson.Word(of)), .. hold.Blocks.Topics]);
}

/// <summary>A live enrollment and the step it stands on.</summary>
public sealed record ShownEnrollment(string Id, string Subject, string Scenario, int Version, string Step, DateTimeOffset Since, DateTimeOffset EnteredAt)
{
    /// <summary>Of the scenario; where one contact or account was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>The step for people, in the language that was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Where { get; init; }

    internal static ShownEnrollment Of(Position position, Catalog catalog, Language language)
    {
        var scenario = catalog.Versions.GetValueOrDefault((position.Scenario, position.Version))?.Scenario;
        var step = scenario is null ? null : Scenarios.Step.All(scenario.Steps).FirstOrDefault(step => step.Id == position.Step);
        return Of(position) with { Title = Explanation.Title(scenario, position.Scenario), Where = Explanation.Name(step, position.Step, language) };
    }

    internal static ShownEnrollment Of(Position position) => new(
        Number(position.EnrollmentId)!, position.Subject.ToString(), position.Scenario, position.Version, position.Step, position.Since, position.EnteredAt);

    internal static string? Number(long enrollmentId) => enrollmentId == 0 ? null : enrollmentId.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <param name="State">Where it stands in the ledger: planned, claimed, handed, sent, failed, expired, skipped, uncertain, cancelled.</param>
/// <param name="Reason">Why it did not simply leave.</param>
/// <param name="NotBefore">Of a planned one: the next attempt.</param>
public sealed record ShownSend(
    Guid Id, string Subject, long ContactId, string? EnrollmentId, string Scenario, int Version, string Step, string Template, string Locale, string Class, string? Topic,
    string? Address, string State, string? Reason, DateTimeOffset PlannedAt, DateTimeOffset NotBefore, DateTimeOffset ExpiresAt, int Attempts, DateTimeOffset? HandedAt,
    DateTimeOffset? EndedAt, string? Reply, string? MessageId, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, DateTimeOffset? BouncedAt, string Correlation)
{
    /// <summary>How it stands, in fewer words: scheduled, retrying, sending, sent, bounced, unclear, not_sent.</summary>
    public string Standing { get; init; } = "";

    /// <summary>Why it did not simply leave, as a sentence in the language that was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sentence { get; init; }

    /// <summary>Of the scenario; where a language was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ScenarioTitle { get; init; }

    /// <summary>The subject line, where a language was asked for and it can still be made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MailSubject { get; init; }

    /// <summary>The recipient's name, where a language was asked for and there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContactName { get; init; }

    internal static ShownSend Of(SendRow send, Catalog catalog, Language language)
    {
        var scenario = catalog.Versions.GetValueOrDefault((send.Scenario, send.Version))?.Scenario;
        var detail = JsonSerializer.Serialize(new Dictionary<string, string> { ["template"] = send.Template });
        return Of(send) with
        {
            ScenarioTitle = Explanation.Title(scenario, send.Scenario),
            Sentence = send.Reason is not { } reason ? null : Explanation.Sentence(
                new JournalEntry(send.PlannedAt, send.Subject, send.RecipientId, send.Scenario, send.Version, send.EnrollmentId, send.Step, reason, detail, 0, ""), scenario, language),
        };
    }

    internal static ShownSend Of(SendRow send) => new(
        send.Id, send.Subject.ToString(), send.RecipientId, ShownEnrollment.Number(send.EnrollmentId), send.Scenario, send.Version, send.Step, send.Template, send.Locale,
        ApiJson.Word(send.Class), send.Topic, send.Address, ApiJson.Word(send.State), send.Reason?.Code(), send.PlannedAt, send.NotBefore, send.ExpiresAt, send.Attempts,
        send.HandedAt, send.EndedAt, send.Reply, send.MessageId, send.OpenedAt, send.ClickedAt, send.BouncedAt, send.Correlation)
    {
        Standing = ApiJson.Word(SendStore.StandingOf(send)),
    };
}

/// <summary>A decision, and as a sentence.</summary>
public sealed record ShownDecision(
    long Id, DateTimeOffset At, DateTimeOffset RecordedAt, string Subject, long? ContactId, string? Scenario, int Version, string? EnrollmentId, string? Step, string Reason,
    string Sentence, JsonElement Detail, long? CauseId, string Correlation)
{
    internal static ShownDecision Of(JournalRow row, string sentence)
    {
        var entry = row.Entry;
        return new(row.Id, entry.At, row.RecordedAt, entry.Subject.ToString(), entry.ContactId == 0 ? null : entry.ContactId, entry.Scenario.Length == 0 ? null : entry.Scenario,
            entry.Version, ShownEnrollment.Number(entry.EnrollmentId), entry.Step.Length == 0 ? null : entry.Step, entry.Reason.Code(), sentence, ApiJson.Stored(entry.Detail),
            entry.CauseId == 0 ? null : entry.CauseId, entry.Correlation);
    }
}

/// <summary>What was asked is on its way to the subject's slot; the journal will say what came of it.</summary>
public sealed record Accepted(string Subject, DateTimeOffset At, string Correlation);
