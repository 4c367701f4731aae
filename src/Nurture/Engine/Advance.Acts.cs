using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Steps that change something and go on at once. Of who is held out, nothing is changed (SEMANTICS.md 22).</summary>
internal sealed partial class Advance
{
    private bool HasSet(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Set step, DateTimeOffset at)
    {
        SubjectState? on = step.On == subject.Kind ? subject
            : subject is ContactState contact ? AccountOf(contact)
            : enrollment.Trigger is { ContactId: not 0 } trigger ? set.Contact(slot, trigger.ContactId) : null;
        if (!IsWithheld(subject, enrollment, on, at, Detail(("attribute", step.Attribute))))
        {
            SetBy(subject, on!, step.Attribute, step.Value, at);
            Note(subject, enrollment, Reason.AttributeSet, at, detail: Detail(("attribute", step.Attribute)));
        }

        return GoOn(subject, enrollment, published, node);
    }

    private bool HasAssigned(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Assign step, DateTimeOffset at)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        if (IsWithheld(subject, enrollment, account, at, "")) return GoOn(subject, enrollment, published, node);
        var owner = step.Owner ?? OwnerFrom(step.Pool!, account!);
        if (owner is not null) SetBy(subject, account!, "owner", AttributeValue.From(owner), at);
        Note(subject, enrollment, owner is null ? Reason.NoOwnerFound : Reason.OwnerAssigned, at, detail: owner is null ? Detail(("pool", step.Pool!)) : Detail(("owner", owner)));
        return GoOn(subject, enrollment, published, node);
    }

    /// <summary>The same one of the pool for an account each time; who speaks its language goes before the others.</summary>
    private string? OwnerFrom(string pool, AccountState account)
    {
        if (!catalog.Escalations.Pools.TryGetValue(pool, out var members) || members.Count == 0) return null;
        var language = Text(account, "locale") is { Length: > 0 } locale ? Templates.Locales.Language(Templates.Locales.Normalize(locale)) : null;
        var speaking = members.Where(member => language is not null && member.Languages.Contains(language)).ToList();
        var from = speaking.Count > 0 ? speaking : members;
        return from[(int)(Draws.Share("pool", pool, account.Ref) * from.Count)].Address;
    }

    private bool HasUnsubscribed(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Unsubscribe step, DateTimeOffset at)
    {
        if (!IsWithheld(subject, enrollment, subject, at, Detail(("topic", step.Topic))))
        {
            ((ContactState)subject).Refusals.TryAdd(step.Topic, at);
            set.TouchProfile(subject);
            unsettled.Add((subject, at));
            Note(subject, enrollment, Reason.TopicTaken, at, detail: step.Because is { } because ? Detail(("topic", step.Topic), ("because", because)) : Detail(("topic", step.Topic)));
        }

        return GoOn(subject, enrollment, published, node);
    }

    private bool HasEnlisted(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Enlist step, DateTimeOffset at)
    {
        if (!IsWithheld(subject, enrollment, subject, at, Detail(("segment", step.Segment))))
        {
            List(subject, step.Segment, !step.IsStruckOut);
            unsettled.Add((subject, at));
            Note(subject, enrollment, step.IsStruckOut ? Reason.StruckOut : Reason.Enlisted, at, detail: Detail(("segment", step.Segment)));
        }

        return GoOn(subject, enrollment, published, node);
    }

    private void List(SubjectState subject, string segment, bool isListed)
    {
        if (isListed) subject.Lists.Add(segment);
        else subject.Lists.Remove(segment);
        set.TouchProfile(subject);
    }

    /// <summary>Told through the log, so that what it starts is decided after what is being decided now.</summary>
    private bool HasStarted(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Start step, DateTimeOffset at)
    {
        var isLive = catalog.Live.TryGetValue(step.Scenario, out var other);
        IReadOnlyList<SubjectRef> whom = !isLive || enrollment.IsHeldOut ? []
            : other!.Scenario.Subject == subject.Kind ? [subject.Ref]
            : subject is ContactState contact ? AccountOf(contact) is { } account ? [account.Ref] : []
            : [.. Recipients.Choose(step.For ?? new Scenarios.Recipients.TriggerContact(), (AccountState)subject, enrollment).Select(SubjectRef.Contact)];
        foreach (var started in whom)
        {
            var values = Properties([.. step.With.Select(given => (given.Key, ValueOf(given.Value, subject, enrollment, at)))]);
            Tell(SignalCodec.Store(new Signal.EnrollRequested(started, step.Scenario, false, "", "", at) { ByScenario = enrollment.Scenario, Values = values }, slot, new StoredAbout(now, Correlation: correlation)));
        }

        Note(subject, enrollment, whom.Count > 0 ? Reason.OtherStarted : enrollment.IsHeldOut ? Reason.HeldOut : Reason.OtherNotStarted, at, detail: Detail(("other", step.Scenario)));
        return GoOn(subject, enrollment, published, node);
    }

    private AttributeValue ValueOf(StartValue given, SubjectState subject, Enrollment enrollment, DateTimeOffset at) =>
        given.Path is { } path ? path.Value(Context(subject, enrollment, at)) : given.Written;

    /// <summary>Ends the passages of the same subject, and those of the account's people (or of the person's account) by the log.</summary>
    private bool HasStopped(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Stop step, DateTimeOffset at)
    {
        if (IsWithheld(subject, enrollment, subject, at, Detail(("others", string.Join(", ", step.Scenarios))))) return GoOn(subject, enrollment, published, node);
        Note(subject, enrollment, Reason.OthersStopped, at, detail: Detail(("others", string.Join(", ", step.Scenarios))));
        StopWaiting(subject, step.Scenarios, enrollment.Scenario, at);
        IEnumerable<SubjectRef> others = subject is AccountState account
            ? account.Members.Values.Where(member => member.IsEnrolled).Select(member => SubjectRef.Contact(member.ContactId))
            : AccountOf((ContactState)subject) is { } own && own.Enrollments.Count + own.PendingEntries.Count > 0 ? [own.Ref] : [];
        foreach (var other in others.ToList())
        {
            foreach (var scenario in step.Scenarios)
                Tell(SignalCodec.Store(new Signal.StopRequested(other, 0, "", at) { Scenario = scenario, ByScenario = enrollment.Scenario }, slot, new StoredAbout(now, Correlation: correlation)));
        }

        StopAll(subject, step.Scenarios, enrollment.Scenario, at);
        return enrollment.Status == EnrollmentStatus.Live && enrollment.Step is not null && GoOn(subject, enrollment, published, node);
    }

    /// <summary>Nobody of them follows into a place that becomes free: of an account all its people, else the person.</summary>
    private void StopWaiting(SubjectState subject, IReadOnlyList<string> scenarios, string by, DateTimeOffset at)
    {
        if ((subject as AccountState ?? AccountOf((ContactState)subject)) is not { } account) return;
        foreach (var seat in account.Seats.Where(one => !one.IsTaken && scenarios.Any(name => Scenario.Means(name, one.Scenario)) && (subject is AccountState || one.ContactId == subject.Id)).ToList())
        {
            account.Seats.Remove(seat);
            set.Touch(new SubjectKey(slot, account.Ref));
            NoteStopped(SubjectRef.Contact(seat.ContactId), seat.Scenario, by, at);
        }
    }

    private void NoteStopped(SubjectRef subject, string scenario, string by, DateTimeOffset at) =>
        Note(subject, scenario, catalog.Live.GetValueOrDefault(scenario)?.Scenario.Version ?? 0, 0, "", Reason.StoppedBy, at, 0, Detail(("by", by)));

    /// <summary>What runs of them, and what was about to begin.</summary>
    private void StopAll(SubjectState subject, IReadOnlyList<string> scenarios, string by, DateTimeOffset at)
    {
        foreach (var entry in subject.PendingEntries.Where(one => scenarios.Any(name => Scenario.Means(name, one.Scenario))).ToList())
        {
            Unqueue(subject, entry);
            NoteStopped(subject.Ref, entry.Scenario, by, at);
        }

        foreach (var stopped in subject.Enrollments.Where(one => one.Status == EnrollmentStatus.Live && scenarios.Any(name => Scenario.Means(name, one.Scenario))).ToList())
        {
            // It counts as neither goal nor miss (SEMANTICS.md 44).
            stopped.GoalDeadline = null;
            End(subject, stopped, Reason.StoppedBy, at, Detail(("by", by)));
        }
    }

    private bool HasForgotten(SubjectState subject, Enrollment enrollment, Step.Forget step, DateTimeOffset at)
    {
        if (IsWithheld(subject, enrollment, subject, at, Detail(("forgets", step.Reason)))) return HasEnded(subject, enrollment, new Step.End(step.Id, step.Reason, step.Span), at);
        Do(new Effect.Forget(subject.Id));
        // Until the erasure is heard: nothing leaves meanwhile, whoever's passage sends it.
        ((ContactState)subject).Status = ContactStatus.Left;
        set.Touch(new SubjectKey(slot, subject.Ref));
        End(subject, enrollment, Reason.Ended, at, Detail(("reason", step.Reason)));
        return true;
    }

    private bool HasEnded(SubjectState subject, Enrollment enrollment, Step.End end, DateTimeOffset at)
    {
        End(subject, enrollment, Reason.Ended, at, Detail(("reason", end.Reason)));
        return true;
    }

    private bool IsWithheld(SubjectState subject, Enrollment enrollment, SubjectState? on, DateTimeOffset at, string detail)
    {
        if (!enrollment.IsHeldOut && on is not null) return false;
        Note(subject, enrollment, on is null ? Reason.NoAccount : Reason.HeldOut, at, detail: detail);
        return true;
    }

    private void SetBy(SubjectState subject, SubjectState on, string attribute, AttributeValue value, DateTimeOffset at)
    {
        Say(on, attribute, value, at);
        set.TouchProfile(on);
        if (!ReferenceEquals(on, subject)) set.Touch(new SubjectKey(slot, on.Ref));
        unsettled.Add((on, at));
    }

    private bool GoOn(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node)
    {
        Go(subject, enrollment, published, node.Next, enrollment.StepStartedAt);
        return true;
    }

    /// <summary>A JSON object of the values that are there.</summary>
    private static ReadOnlyMemory<byte> Properties(params ReadOnlySpan<(string Name, AttributeValue Value)> values)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in values)
            {
                switch (value.Kind)
                {
                    case ValueKind.Null: break;
                    case ValueKind.Boolean: json.WriteBoolean(name, value.AsBoolean); break;
                    case ValueKind.Number: json.WriteNumber(name, value.AsNumber); break;
                    case ValueKind.Text or ValueKind.Instant or ValueKind.Date: json.WriteString(name, value.ToString()); break;
                }
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
