using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nurture.Templating;

/// <summary>
/// What is said to an author: the English form and what stands in it, so that it can be said in another language too. It is
/// written as an interpolated string where a wording is wanted; what stands in it and is words again is a wording itself.
/// <see cref="ToString"/> says it in English.
/// </summary>
[InterpolatedStringHandler]
public sealed class Wording : IEquatable<Wording>
{
    private readonly StringBuilder form;
    private readonly List<object> parts;

    public Wording(int literalLength, int formattedCount) : this(new StringBuilder(literalLength + (formattedCount * 3)), new(formattedCount))
    {
    }

    private Wording(StringBuilder form, List<object> parts) => (this.form, this.parts) = (form, parts);

    /// <summary>With the numbers of its parts in braces, all other braces as they are: <c>"{0}" is no name for {1}</c>.</summary>
    public string Form => form.ToString();

    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Wording?(string? text) => text is null ? null : new(new StringBuilder(text), []);

    public static bool operator ==(Wording? one, Wording? other) => Equals(one, other);

    public static bool operator !=(Wording? one, Wording? other) => !Equals(one, other);

    /// <summary>What is the same in every language, such as a name or what somebody else said.</summary>
    public static Wording Verbatim(string text) => $"{text}";

    public void AppendLiteral(string text) => form.Append(text);

    public void AppendFormatted(Wording? wording) => Append(wording ?? (object)"");

    public void AppendFormatted<T>(T value, string? format = null) =>
        Append((value is IFormattable formattable ? formattable.ToString(format, null) : value?.ToString()) ?? "");

    /// <summary>The same with a full stop, unless it ends as a sentence does.</summary>
    public Wording AsSentence() => ToString()[^1] is '.' or '?' ? this : new(new StringBuilder().Append(form).Append('.'), parts);

    /// <summary>In the language that gives a form for each English one.</summary>
    public string Say(Func<string, string> translate)
    {
        var said = new StringBuilder();
        var pattern = translate(Form);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '{' && i + 2 < pattern.Length && char.IsAsciiDigit(pattern[i + 1]) && pattern[i + 2] == '}' && pattern[i + 1] - '0' < parts.Count)
            {
                said.Append(parts[pattern[i + 1] - '0'] is Wording inner ? inner.Say(translate) : parts[pattern[i + 1] - '0']);
                i += 2;
            }
            else
            {
                said.Append(pattern[i]);
            }
        }

        return said.ToString();
    }

    public override string ToString() => Say(english => english);

    public bool Equals(Wording? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as Wording);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private void Append(object part)
    {
        form.Append('{').Append(parts.Count).Append('}');
        parts.Add(part);
    }
}
