using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Mail;

namespace Nurture.Server.Api;

internal static class Addresses
{
    /// <summary>The one normal form, under which an address is suppressed; null for what is no address.</summary>
    public static string? Key(string text) => EmailAddress.TryParse(text, out var address, out _) ? address!.Key : null;

    public static string Sentence(IEnumerable<RowError> errors) => $"{string.Join("; ", errors.Select(error => error.Detail.TrimEnd('.')))}.";

    /// <summary>An address that is said by hand must be one.</summary>
    public static IEnumerable<RowError> Check(IReadOnlyDictionary<string, AttributeValue> attributes)
    {
        if (attributes.TryGetValue("email", out var email) && email.Kind == ValueKind.Text && !EmailAddress.TryParse(email.AsText, out _, out var error))
            yield return new("bad_address", $"email is no address: {error}");
    }
}
