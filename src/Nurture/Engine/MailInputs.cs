using System.Buffers;
using System.Text.Json;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Engine;

/// <summary>A human's own mail from a case.</summary>
/// <param name="By">The user's address: answers go there.</param>
/// <param name="Text">Paragraphs with an empty line between.</param>
public sealed record Reply(string By, string Subject, string Text);

/// <summary>
/// What a mail is made from beside its documents, as UTF-8 JSON: of contact, account, trigger, heard and row what its texts read, what it
/// asks, a human's reply, and the sender where it is not the policy's.
/// </summary>
public static class MailInputs
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The language that somebody is written to in.</summary>
    public static string LocaleOf(Catalog catalog, ContactState recipient, AccountState? account) =>
        Text(recipient, "locale") ?? Text(account, "locale") ?? Text(recipient, "browser_locale") ?? catalog.Policy.Locale;

    private static string? Text(SubjectState? subject, string attribute) => subject?[attribute] is { Kind: ValueKind.Text } text ? text.AsText : null;

    // As conditions take it.
    private static AttributeValue Unsaid(SubjectKind kind, string attribute) =>
        kind == SubjectKind.Account && attribute == "tier" ? AttributeValue.From(ProductKnowledge.UnsaidTier) : AttributeValue.Null;

    /// <summary>Frozen: a retry renders the same.</summary>
    public static byte[] Write(Catalog catalog, MailReads reads, ContactState? recipient, AccountState? account, OccurredEvent? trigger, OccurredEvent? heard, Reply? reply = null, ScenarioRow? row = null, (Question Question, string Locale)? asks = null, SessionFacts? session = null, OccurredEvent? response = null,
        Sender? from = null, (string Subject, string Text)? edited = null, MailAnswers? answers = null, string? arm = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            if (recipient is not null) WriteSubject("contact", recipient, SubjectKind.Contact);
            if (account is not null && reads.AnyOf("account")) WriteSubject("account", account, SubjectKind.Account);
            WriteEvent("trigger", trigger);
            WriteEvent("heard", heard);
            if (edited is { } own) WriteText("edited", own.Subject, own.Text);
            if (from is not null) WriteSender(json, from);
            if (arm is not null) json.WriteString(MailRenderer.Arm, arm);
            WriteEvent("response", response);
            if (recipient is not null) session?.Write(json, reads, LocaleOf(catalog, recipient, account));
            if (row is not null && reads.AnyOf("row"))
            {
                json.WritePropertyName("row");
                row.WriteJson(json, column => reads.Includes("row", column));
            }

            if (answers is not null && reads.Facts.Count > 0) WriteAnswers(json, reads.Facts, answers);
            if (asks is { } asked) WriteQuestion(json, asked.Question, asked.Locale, catalog.Policy.Locale, session?.Session.Id);
            if (reply is not null)
            {
                WriteText("reply", reply.Subject, reply.Text);
                WriteSender(json, catalog.Policy.Sender with { ReplyTo = reply.By });
            }

            json.WriteEndObject();

            void WriteSubject(string name, SubjectState subject, SubjectKind kind)
            {
                json.WriteStartObject(name);
                if (reads.Includes(name, "id")) json.WriteNumber("id", subject.Id);
                var planned = kind == SubjectKind.Contact ? catalog.Plan.ContactAttributes : catalog.Plan.AccountAttributes;
                foreach (var (attribute, plan) in planned.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    if (attribute == "id" || !reads.Includes(name, attribute)) continue;
                    var value = subject[attribute];
                    SignalCodec.WriteJson(json, attribute, !value.IsNull ? value : plan.Default.IsNull ? Unsaid(kind, attribute) : plan.Default);
                }

                foreach (var (attribute, stamped) in subject.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    if (attribute != "id" && !planned.ContainsKey(attribute) && reads.Includes(name, attribute)) SignalCodec.WriteJson(json, attribute, stamped.Value.IsNull ? Unsaid(kind, attribute) : stamped.Value);
                }

                // What everybody has without a plan, and nobody said.
                foreach (var attribute in ProductKnowledge.TextAttributes(kind))
                {
                    if (!planned.ContainsKey(attribute) && !subject.Attributes.ContainsKey(attribute) && reads.Includes(name, attribute)) SignalCodec.WriteJson(json, attribute, Unsaid(kind, attribute));
                }

                json.WriteEndObject();
            }

            void WriteText(string name, string subject, string text)
            {
                json.WriteStartObject(name);
                json.WriteString("subject", subject);
                json.WriteStartArray("paragraphs");
                foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) json.WriteStringValue(paragraph);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            void WriteEvent(string name, OccurredEvent? happened)
            {
                if (!reads.AnyOf(name)) return;
                // What a text names and the event does not carry, or no event brings, is nothing, as it is for conditions.
                var missing = reads.MembersOf(name).Where(member => happened is null || happened[member].IsNull).ToHashSet(StringComparer.Ordinal);
                if (happened is null)
                {
                    if (missing.Count == 0) return;
                    json.WriteStartObject(name);
                    foreach (var member in missing.Order(StringComparer.Ordinal)) json.WriteNull(member);
                    json.WriteEndObject();
                    return;
                }

                json.WritePropertyName(name);
                var (readsName, readsMoment) = (reads.Includes(name, "name") && happened["name"].IsNull, reads.Includes(name, "occurred_at") && happened["occurred_at"].IsNull);
                // What the plan promises of the event, and it does not carry.
                var unsaid = catalog.Plan.Events.GetValueOrDefault(happened.Name)?.Properties.Values.Where(planned => !planned.Name.Contains('.', StringComparison.Ordinal) && reads.Includes(name, planned.Name) && happened[planned.Name].IsNull).ToList() ?? [];
                missing.ExceptWith(unsaid.Select(planned => planned.Name).Concat(["name", "occurred_at"]));
                if (!readsName && !readsMoment && unsaid.Count + missing.Count == 0)
                {
                    json.WriteRawValue(happened.Properties.Length == 0 ? "{}"u8 : happened.Properties.Span);
                    return;
                }

                using var properties = JsonDocument.Parse(happened.Properties.Length == 0 ? "{}"u8.ToArray() : happened.Properties);
                json.WriteStartObject();
                foreach (var planned in unsaid) SignalCodec.WriteJson(json, planned.Name, planned.Default);
                foreach (var member in missing.Where(member => !properties.RootElement.TryGetProperty(member, out _)).Order(StringComparer.Ordinal)) json.WriteNull(member);
                if (readsName && unsaid.TrueForAll(planned => planned.Name != "name")) json.WriteString("name", happened.Name);
                if (readsMoment && unsaid.TrueForAll(planned => planned.Name != "occurred_at")) SignalCodec.WriteJson(json, "occurred_at", AttributeValue.From(happened.OccurredAt));
                foreach (var property in properties.RootElement.EnumerateObject()) property.WriteTo(json);
                json.WriteEndObject();
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What the template of a mail to a colleague may read: colleague, notice, sender.</summary>
    public static byte[] Write(Sender sender, string colleague, NoticeFacts facts)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("colleague");
            json.WriteString("name", colleague);
            json.WriteEndObject();
            json.WriteStartObject("notice");
            json.WriteString("title", facts.Title);
            json.WriteString("account", facts.Account);
            json.WriteString("because", facts.Because);
            json.WriteString("by", facts.By);
            json.WriteString("before", facts.Before);
            json.WriteString("acknowledge_by", facts.AcknowledgeBy);
            json.WriteString("until", facts.Until);
            json.WriteString("what", facts.What);
            json.WriteString("count", facts.Count);
            json.WriteString("bound", facts.Bound);
            json.WriteString("within", facts.Within);
            json.WriteEndObject();
            WriteSender(json, sender);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAnswers(Utf8JsonWriter json, IReadOnlyList<string> asked, MailAnswers answers)
    {
        json.WriteStartObject(FactLanguage.Member);
        foreach (var text in asked)
        {
            if (text == FactLanguage.Today)
            {
                json.WriteString(text, Fact.Today(answers.Context));
            }
            else if (answers.Facts.TryGetValue(text, out var fact))
            {
                json.WritePropertyName(text);
                fact.WriteJson(json, answers.Context, answers.IsMadeUp);
            }
        }

        json.WriteEndObject();
    }

    // The page behind the links reads it too, so it is all there, whatever the texts say.
    private static void WriteQuestion(Utf8JsonWriter json, Question question, string locale, string otherwise, string? session)
    {
        json.WriteStartObject("ask");
        if (question.Text.In(locale, otherwise) is { } text) json.WriteString("question", text);
        json.WriteBoolean("is_scale", question.IsScale);
        json.WriteBoolean("takes_comment", question.TakesComment);
        if (question.Sets is { } sets) json.WriteString("sets", sets.ToString());
        if (question.Registers is { } registers && session is not null)
        {
            json.WriteString("registers", registers);
            json.WriteString("session", session);
        }

        json.WriteStartArray("answers");
        foreach (var answer in question.Answers)
        {
            json.WriteStartObject();
            json.WriteString("value", answer.Value);
            json.WriteString("label", answer.Titles.In(locale, otherwise) ?? answer.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSender(Utf8JsonWriter json, Sender sender)
    {
        json.WriteStartObject("sender");
        json.WriteString("name", sender.Name);
        json.WriteString("address", sender.Address);
        json.WriteString("reply_to", sender.ReplyTo);
        json.WriteString("organization", sender.Organization);
        json.WriteString("postal_address", sender.PostalAddress);
        json.WriteEndObject();
    }
}
