using System.Buffers.Text;
using System.Text;
using Nurture.Contacts;

namespace Nurture.Server.Api;

/// <summary>A part of a list. Ask again with <c>after</c> = <paramref name="Next"/> for what follows; null is the end.</summary>
public sealed record ApiPage<T>(IReadOnlyList<T> Items, string? Next);

internal static class Paging
{
    public const int Usual = 50;
    public const int Most = 500;

    public static int Limit(int? asked) => asked switch
    {
        null => Usual,
        >= 1 and <= Most => asked.Value,
        _ => throw RefusedException.BadRequest("bad-limit", "That is no size of a page.", $"limit is {asked}; it may be 1 to {Most}, and is {Usual} where nothing is said."),
    };

    /// <summary>The id to go on after; null at the beginning.</summary>
    public static long? After(string? after) => string.IsNullOrEmpty(after) ? null : long.TryParse(after, out var id) ? id : throw BadPlace();

    /// <summary>A place of several parts, which mean nothing to the caller.</summary>
    public static string Write(params object[] parts) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('\n', parts)));

    public static string[]? Read(string? after, int parts)
    {
        if (string.IsNullOrEmpty(after)) return null;
        var read = Base64Url.IsValid(after) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(after)).Split('\n') : [];
        return read.Length == parts ? read : throw BadPlace();
    }

    public static RefusedException BadPlace() =>
        RefusedException.BadRequest("bad-after", "That is no place in this list.", "after is the next of the page before, unchanged; without it the list begins.");
}

internal static class Subjects
{
    /// <summary><c>contact:17</c>, <c>account:4</c>.</summary>
    public static SubjectRef Parse(string? text)
    {
        var parts = text?.Split(':') ?? [];
        if (parts.Length == 2 && long.TryParse(parts[1], out var id) && id > 0)
        {
            if (parts[0] == "contact") return SubjectRef.Contact(id);
            if (parts[0] == "account") return SubjectRef.Account(id);
        }
        throw RefusedException.BadRequest("bad-subject", "That is no subject.", $"\"{text}\" was found; a subject is written contact:17 or account:4.");
    }

    public static SubjectRef? ParseOptional(string? text) => string.IsNullOrEmpty(text) ? null : Parse(text);
}
