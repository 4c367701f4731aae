using System.Globalization;
using System.Text.Json;
using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Engine;

/// <summary>How long a call is tried.</summary>
public static class CallTimes
{
    public static readonly TimeSpan Standard = TimeSpan.FromDays(3);
}

/// <summary>Telling others outside: webhooks, colleagues, channels.</summary>
internal sealed partial class Advance
{
    private const int MostCallBody = 64 << 10;

    private bool Called(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Webhook step, DateTimeOffset at)
    {
        if (enrollment.CallId != default)
        {
            if (enrollment.StepDueAt is not { } deadline || deadline > at) return false;
            Note(subject, enrollment, Reason.TimedOut, deadline);
            Go(subject, enrollment, published, node.Targets[step.HasTimeout ? 1 : 0], deadline);
            return true;
        }

        var said = Detail(("endpoint", step.Endpoint));
        if (enrollment.IsBehind || enrollment.IsHeldOut)
        {
            Note(subject, enrollment, enrollment.IsBehind ? Reason.MomentGone : Reason.HeldOut, at, detail: said);
            return GoOn(subject, enrollment, published, node);
        }

        if (Render(() => BodyOf(step, subject, enrollment, at)) is not { } body)
        {
            Note(subject, enrollment, Reason.RenderFailed, at, detail: said);
            Go(subject, enrollment, published, step.Waits ? node.Targets[0] : node.Next, enrollment.StepStartedAt);
            return true;
        }

        var expiresAt = enrollment.StepStartedAt + (step.Expires ?? CallTimes.Standard);
        var id = PlanCall(subject, enrollment, step.Id, step.Endpoint, body, step.Response, at, expiresAt);
        Note(subject, enrollment, Reason.CallPlanned, at, detail: said);
        if (!step.Waits) return GoOn(subject, enrollment, published, node);
        (enrollment.CallId, enrollment.StepDueAt) = (id, expiresAt);
        return expiresAt <= at;
    }

    private Guid PlanCall(
        SubjectState subject, Enrollment enrollment, string step, string endpoint, byte[] body, IReadOnlyDictionary<string, string> wanted, DateTimeOffset at, DateTimeOffset expiresAt)
    {
        var id = Draws.CallId(subject.Ref, enrollment.Id, step, enrollment.Iteration);
        var contactId = subject is ContactState ? subject.Id : enrollment.Trigger?.ContactId ?? 0;
        Do(new Effect.PlanCall(new CallDraft(
            id, subject.Ref, enrollment.Id, contactId, enrollment.Scenario, enrollment.Version, step, endpoint, body, wanted, at, expiresAt, correlation.Length > 0 ? correlation : id.ToString("N"))));
        return id;
    }

    private void CallEnded(Signal.CallEnded signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        CatchUp(subject, signal.At, isInclusive: false);
        if (subject.Enrollments.Find(e => e.Id == signal.EnrollmentId) is { } enrollment) Guarded(new SubjectKey(slot, subject.Ref), () => HearEnd(subject, enrollment, signal));
        Settle(subject, signal.At);
        Rest(subject, signal.At);
    }

    private void HearEnd(SubjectState subject, Enrollment enrollment, Signal.CallEnded signal)
    {
        var (end, at) = (signal.End, signal.At);
        Note(subject, enrollment, end.IsAnswered ? Reason.CallAnswered : Reason.CallFailed, at, step: signal.Step, detail: end.IsAnswered
            ? Detail(("endpoint", signal.Endpoint), ("status", end.Status.ToString(CultureInfo.InvariantCulture)))
            : Detail(("endpoint", signal.Endpoint), ("status", end.Status.ToString(CultureInfo.InvariantCulture)), ("because", end.Because)));
        // Who went on meanwhile, by a time-out or by hand, does not come back.
        if (enrollment.Status != EnrollmentStatus.Live || enrollment.CallId != signal.CallId) return;
        var published = VersionOf(enrollment);
        var node = published.Program.Nodes[enrollment.Step!];
        if (end.IsAnswered && end.Response.Length > 0) enrollment.Response = new OccurredEvent(0, "response", 0, 0, at, at, Joined(enrollment.Response, end.Response));
        Go(subject, enrollment, published, end.IsAnswered ? node.Next : node.Targets[0], at);
    }

    /// <summary>What earlier answers said stays readable, where a later one does not say it anew.</summary>
    private static byte[] Joined(OccurredEvent? before, ReadOnlyMemory<byte> after)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        using (var latest = JsonDocument.Parse(after))
        {
            json.WriteStartObject();
            if (before is not null)
            {
                using var earlier = JsonDocument.Parse(before.Properties);
                foreach (var member in earlier.RootElement.EnumerateObject().Where(member => !latest.RootElement.TryGetProperty(member.Name, out _))) member.WriteTo(json);
            }

            foreach (var member in latest.RootElement.EnumerateObject()) member.WriteTo(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private bool HasNotified(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Notify step, DateTimeOffset at)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        var who = step.Channel ?? step.Who!.ToString();
        if (enrollment.IsBehind) Note(subject, enrollment, Reason.MomentGone, at);
        else if (Render(() => TextOf(step.About, subject, enrollment, at)) is not { } text) Note(subject, enrollment, Reason.RenderFailed, at, detail: Detail(("who", who)));
        else if (step.Channel is { } channel)
        {
            // Humans are not withheld (SEMANTICS.md 22).
            PlanCall(subject, enrollment, step.Id, channel, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["text"] = text }), new Dictionary<string, string>(), at, enrollment.StepStartedAt + CallTimes.Standard);
            Note(subject, enrollment, Reason.ColleagueNotified, at, detail: Detail(("who", who)));
        }
        else if (AddressesOf(step.Who!, account) is { Count: > 0 } addresses)
        {
            var facts = new NoticeFacts(text, Text(account, "name") ?? Text(subject, "name")) { Because = published.Scenario.Title };
            foreach (var address in addresses)
                Do(new Effect.ColleaguesTold(new Notice(NoticeKind.Told, account?.Ref ?? subject.Ref, 0, $"{enrollment.Id}/{step.Id}/{enrollment.Iteration}", address, facts, at, correlation)));
            Note(subject, enrollment, Reason.ColleagueNotified, at, detail: Detail(("who", addresses is [{ } one] ? one : who)));
        }
        else Note(subject, enrollment, Reason.NobodyToNotify, at, detail: Detail(("who", who)));

        return GoOn(subject, enrollment, published, node);
    }

    /// <summary>Null among them stands for all who may work cases.</summary>
    private IReadOnlyList<string?> AddressesOf(Colleagues who, AccountState? account) => who switch
    {
        Colleagues.Queue => [null],
        Colleagues.Address named => [named.Of],
        Colleagues.Attribute attribute => Text(account, attribute.Name) is { Length: > 0 } address ? [address] : [],
        Colleagues.Manager manager => Text(account, manager.OfAttribute) is { Length: > 0 } address && catalog.Escalations.ManagerOf(address) is { } above ? [above] : [],
        Colleagues.Pool pool => [.. catalog.Escalations.Pools.GetValueOrDefault(pool.Name)?.Select(member => member.Address) ?? []],
        _ => throw new InvalidOperationException($"Nobody is known as {who.GetType().Name}."),
    };

    /// <summary>Null where a text reads what this passage does not have, or is too long.</summary>
    private static T? Render<T>(Func<T?> write) where T : class
    {
        try
        {
            return write();
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private byte[]? BodyOf(Step.Webhook step, SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (step.Body is { } body) Write(json, body);
            else WriteStandard(json);
        }

        var written = stream.ToArray();
        return written.Length <= MostCallBody ? written : null;

        void Write(Utf8JsonWriter json, Given given)
        {
            switch (given)
            {
                case Given.Value value: Plain(json, ValueOf(value.Of, subject, enrollment, at)); break;
                case Given.Text text: json.WriteStringValue(TextOf(text.Written, subject, enrollment, at)); break;
                case Given.Sequence sequence:
                    json.WriteStartArray();
                    foreach (var item in sequence.Items) Write(json, item);
                    json.WriteEndArray();
                    break;
                case Given.Map map:
                    json.WriteStartObject();
                    foreach (var (name, member) in map.Members)
                    {
                        json.WritePropertyName(name);
                        Write(json, member);
                    }

                    json.WriteEndObject();
                    break;
            }
        }

        void WriteStandard(Utf8JsonWriter json)
        {
            var account = subject as AccountState ?? AccountOf((ContactState)subject);
            json.WriteStartObject();
            json.WriteString("scenario", enrollment.Scenario);
            json.WriteString("step", step.Id);
            if (subject is ContactState contact)
            {
                json.WriteStartObject("contact");
                json.WriteNumber("id", contact.Id);
                json.WriteString("email", contact.Email);
                json.WriteString("name", Text(contact, "name"));
                json.WriteEndObject();
            }

            if (account is not null)
            {
                json.WriteStartObject("account");
                json.WriteNumber("id", account.Id);
                json.WriteString("name", Text(account, "name"));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }

    private static void Plain(Utf8JsonWriter json, AttributeValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: json.WriteNullValue(); break;
            case ValueKind.Boolean: json.WriteBooleanValue(value.AsBoolean); break;
            case ValueKind.Number: json.WriteNumberValue(value.AsNumber); break;
            case ValueKind.Text or ValueKind.Instant or ValueKind.Date: json.WriteStringValue(value.ToString()); break;
        }
    }

    private string TextOf(WrittenText text, SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        var inputs = MailInputs.Write(catalog, MailReads.Whole(text.Template), subject as ContactState, account, enrollment.Trigger, enrollment.Heard, response: enrollment.Response, row: VersionOf(enrollment).Scenario.Row,
            answers: new(text.Facts, Context(subject, enrollment, at)));
        return text.Template.Render(MailRenderer.ReadInputs(inputs, catalog.Policy.Sender), new RenderOptions { Now = at, Culture = Locales.CultureOf(catalog.Policy.Locale) }).Trim();
    }
}
