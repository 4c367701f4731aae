using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nurture.Templating;

/// <summary>
/// What is said to an author: the English format and what stands in it, so that it can be said in another language too.
/// It is written as an interpolated string where a wording is wanted; what stands in it and is words again is a wording
/// itself. It is told in English by <see cref="ToString"/>.
/// </summary>
[InterpolatedStringHandler]
public sealed class Wording : IEquatable<Wording>
{
    private readonly StringBuilder format;
    private readonly List<object> parts;

    public Wording(int literalLength, int formattedCount) : this(new StringBuilder(literalLength + (formattedCount * 3)), new(formattedCount))
    {
    }

    private Wording(StringBuilder format, List<object> parts) => (this.format, this.parts) = (format, parts);

    /// <summary>As <see cref="string.Format(string, object[])"/> takes it: <c>"{0}" is no name for {1}</c>.</summary>
    public string Format => format.ToString();

    /// <summary>What stands in the format: texts, as they are in every language, and wordings.</summary>
    public IReadOnlyList<object> Parts => parts;

    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Wording?(string? text)
    {
        if (text is null) return null;
        var wording = new Wording(text.Length, 0);
        wording.AppendLiteral(text);
        return wording;
    }

    /// <summary>What is the same in every language, such as a name or what somebody else said.</summary>
    public static Wording Verbatim(string text) => $"{text}";

    public static bool operator ==(Wording? one, Wording? other) => Equals(one, other);

    public static bool operator !=(Wording? one, Wording? other) => !Equals(one, other);

    public void AppendLiteral(string text) => format.Append(text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    public void AppendFormatted(Wording? wording) => Append(wording ?? (object)"");

    public void AppendFormatted<T>(T value, string? format = null) =>
        Append((value is IFormattable formattable ? formattable.ToString(format, null) : value?.ToString()) ?? "");

    /// <summary>The same with a full stop, unless it ends as a sentence does.</summary>
    public Wording AsSentence() => ToString()[^1] is '.' or '?' ? this : new(new StringBuilder().Append(format).Append('.'), parts);

    public override string ToString() => string.Format(CultureInfo.InvariantCulture, Format, [.. parts]);

    public bool Equals(Wording? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as Wording);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private void Append(object part)
    {
        format.Append('{').Append(parts.Count).Append('}');
        parts.Add(part);
    }
}
