using System.Buffers;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>A human's own mail from a case.</summary>
/// <param name="By">The user's address: answers go there.</param>
/// <param name="Text">Paragraphs with an empty line between.</param>
public sealed record Reply(string By, string Subject, string Text);

/// <summary>What a mail's template may read of its recipient, as UTF-8 JSON: contact, account, trigger, heard, reply, sender.</summary>
public static class MailInputs
{
    /// <summary>The language that somebody is written to in.</summary>
    public static string LocaleOf(Catalog catalog, ContactState recipient, AccountState? account) =>
        Text(recipient, "locale") ?? Text(account, "locale") ?? Text(recipient, "browser_locale") ?? catalog.Policy.Locale;

    private static string? Text(SubjectState? subject, string attribute) => subject?[attribute] is { Kind: ValueKind.Text } text ? text.AsText : null;

    /// <summary>What the template may read, frozen: a retry renders the same.</summary>
    public static byte[] Write(Catalog catalog, ContactState recipient, AccountState? account, OccurredEvent? trigger, OccurredEvent? heard, Reply? reply = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteSubject("contact", recipient, SubjectKind.Contact);
            if (account is not null) WriteSubject("account", account, SubjectKind.Account);
            WriteEvent("trigger", trigger);
            WriteEvent("heard", heard);
            if (reply is not null) WriteReply(reply);
            json.WriteStartObject("sender");
            json.WriteString("name", catalog.Policy.Sender.Name);
            json.WriteString("address", catalog.Policy.Sender.Address);
            json.WriteString("reply_to", reply?.By ?? catalog.Policy.Sender.ReplyTo);
            json.WriteString("organization", catalog.Policy.Sender.Organization);
            json.WriteString("postal_address", catalog.Policy.Sender.PostalAddress);
            json.WriteEndObject();
            json.WriteEndObject();

            void WriteSubject(string name, SubjectState subject, SubjectKind kind)
            {
                json.WriteStartObject(name);
                json.WriteNumber("id", subject.Id);
                var planned = kind == SubjectKind.Contact ? catalog.Plan.ContactAttributes : catalog.Plan.AccountAttributes;
                foreach (var (attribute, plan) in planned.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    if (attribute == "id") continue;
                    var value = subject[attribute];
                    SignalCodec.WriteJson(json, attribute, value.IsNull ? plan.Default : value);
                }

                foreach (var (attribute, stamped) in subject.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    if (attribute != "id" && !planned.ContainsKey(attribute)) SignalCodec.WriteJson(json, attribute, stamped.Value);
                }

                json.WriteEndObject();
            }

            void WriteReply(Reply written)
            {
                json.WriteStartObject("reply");
                json.WriteString("subject", written.Subject);
                json.WriteStartArray("paragraphs");
                foreach (var paragraph in written.Text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) json.WriteStringValue(paragraph);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            void WriteEvent(string name, OccurredEvent? happened)
            {
                if (happened is null) return;
                json.WritePropertyName(name);
                if (happened.Properties.Length == 0) json.WriteRawValue("{}"u8);
                else json.WriteRawValue(happened.Properties.Span);
            }
        }

        return buffer.WrittenSpan.ToArray();
    }
}
