using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nurture.Server.Api;

/// <summary>JSON of the API: snake_case, nulls written, unknown members of a request refused, so that a misspelt one is noticed.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }

    /// <summary>What is stored as JSON text, as itself.</summary>
    public static JsonElement Stored(string json)
    {
        using var document = JsonDocument.Parse(json.Length == 0 ? "{}" : json);
        return document.RootElement.Clone();
    }

    /// <summary>The name of an enum's member outside: <c>opt_in</c>.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <exception cref="RefusedException">It is none of the enum's words.</exception>
    public static T Parse<T>(string field, string word) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Word(value) == word) return value;
        }
        throw RefusedException.BadRequest("bad-word", $"{field} is none of its words.", $"\"{word}\" was found; {field} is one of {string.Join(", ", Enum.GetValues<T>().Select(Word))}.");
    }
}
