using System.Text.Json;

namespace Nurture.Server.Tracking;

public sealed record AskedAnswer(string Value, string Label);

/// <summary>What a mail asked, as its inputs have it.</summary>
/// <param name="Sets">The attribute that the answer is written to; empty for none.</param>
/// <param name="Registers">The answer that registers for <paramref name="Session"/>; null where none does.</param>
public sealed record AskedQuestion(string? Text, bool IsScale, bool TakesComment, string Sets, IReadOnlyList<AskedAnswer> Answers, string? Registers, string? Session)
{
    /// <summary>Null where the mail asks nothing.</summary>
    public static AskedQuestion? Read(byte[] inputs)
    {
        using var document = JsonDocument.Parse(inputs);
        if (!document.RootElement.TryGetProperty("ask", out var ask)) return null;
        return new(
            ask.TryGetProperty("question", out var text) ? text.GetString() : null, ask.GetProperty("is_scale").GetBoolean(), ask.GetProperty("takes_comment").GetBoolean(),
            ask.TryGetProperty("sets", out var sets) ? sets.GetString()! : "",
            [.. ask.GetProperty("answers").EnumerateArray().Select(answer => new AskedAnswer(answer.GetProperty("value").GetString()!, answer.GetProperty("label").GetString()!))],
            ask.TryGetProperty("registers", out var registers) ? registers.GetString() : null, ask.TryGetProperty("session", out var session) ? session.GetString() : null);
    }
}
