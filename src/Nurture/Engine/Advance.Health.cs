using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Health;

namespace Nurture.Engine;

/// <summary>Scores that move at the exact moment, and bands that tell the scenarios.</summary>
internal sealed partial class Advance
{
    /// <param name="isMerged">What moved it is that another account is part of it: nobody did anything, so nothing is told and no trigger fires.</param>
    private void ScoreHealth(AccountState account, DateTimeOffset at, bool isMerged = false)
    {
        // A score that rests on a source which is silent stays what it was.
        if (account.Health is not null && StandsStill(catalog.Index.HealthRestsOn, at) is not null) return;
        var context = Context(account, null, at);
        if (catalog.Health is not { } definition || HasChurned(account) || account.IsInternal || definition.For?.Evaluate(context) == Truth.False)
        {
            if (account.Health is null) return;
            account.Health = null;
            set.TouchProfile(account);
            return;
        }

        var reading = HealthScore.Read(definition, context);
        var before = account.Health;
        var isSame = before is not null && before.Definition == definition.Name && before.Version == definition.Version && before.Meaning == definition.Meaning;
        var band = HealthScore.BandOf(definition, reading.Score, isSame ? before!.Band : null);
        var hasMoved = before is null || before.Band != band;
        account.Health = new HealthState(definition.Name, definition.Version, reading.Score, band, hasMoved ? at : before!.BandSince, definition.Meaning);
        if (hasMoved || Shown(before!.Score) != Shown(reading.Score)) set.TouchProfile(account);
        if (isSame && !hasMoved) return;

        var cause = before is null ? HealthCause.Start
            : !isSame ? HealthCause.Definition
            : before.Band == HealthBand.Unknown || band == HealthBand.Unknown ? HealthCause.Data
            : HealthCause.Behaviour;
        Do(new Effect.HealthNoted(account.Id, at, reading.Score, band, cause));
        // A first reading and a new definition move no trigger (SEMANTICS.md 52).
        if (!isSame || isMerged) RememberHealth(account, at);
        if (!hasMoved || before is null) return;
        Note(account, null, Reason.BandChanged, at, detail: Detail(
            ("from", HealthBands.Word(before.Band)), ("to", HealthBands.Word(band)), ("score", Shown(reading.Score)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""), ("cause", cause.ToString().ToLowerInvariant())));
        if (isSame && !isMerged) Happened(account, ProductEvents.BandChanged, at, ("from", HealthBands.Word(before.Band)), ("to", HealthBands.Word(band)));
    }

    /// <summary>Of triggers that ask for the health what they are since is remembered; whatever else they ask has not moved at this moment.</summary>
    private void RememberHealth(AccountState account, DateTimeOffset at)
    {
        foreach (var published in catalog.Index.StateTriggers)
        {
            if (published.Scenario.Trigger is Scenarios.Trigger.Band || published.Scenario.Trigger.Conditions.Any(condition => condition.ReadsHealth)) RememberTrigger(account, published, at);
        }
    }

    private DateTimeOffset? NextHealthChange(AccountState account, DateTimeOffset at)
    {
        if (catalog.Health is not { } definition || HasChurned(account) || account.IsInternal) return null;
        if (account.Health is not null && StandsStill(catalog.Index.HealthRestsOn, at) is { } later) return later;
        var context = Context(account, null, at);
        return account.Health is null ? definition.For?.NextChange(context) : HealthScore.NextChange(definition, context);
    }

    /// <summary>What the product itself did, as an event that triggers and waits hear (SEMANTICS.md 50).</summary>
    private void Happened(SubjectState subject, string name, DateTimeOffset at, params ReadOnlySpan<(string, string)> properties) =>
        Happened(subject, name, at, System.Text.Encoding.UTF8.GetBytes(Detail(properties)));

    /// <param name="properties">UTF-8 JSON, an object.</param>
    private void Happened(SubjectState subject, string name, DateTimeOffset at, ReadOnlyMemory<byte> properties)
    {
        var (contactId, accountId, hop) = subject is ContactState contact ? (contact.Id, contact.AccountId, contact.Hop) : (0, subject.Id, 0);
        Tell(SignalCodec.Store(
            new Signal.Occurred(new OccurredEvent(0, name, contactId, accountId, at, now, properties), isImport),
            slot, new StoredAbout(now, Hop: hop, Correlation: correlation)));
    }

    /// <summary>The customer is one no more (SEMANTICS.md 51).</summary>
    private bool HasChurned(SubjectState subject) => Text(subject as AccountState ?? AccountOf((ContactState)subject), "stage") == Scenarios.Scenario.Churned;

    private static double? Shown(double? score) => score is { } points ? Math.Round(points) : null;
}
