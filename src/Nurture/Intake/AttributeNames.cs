using System.Text;

namespace Nurture.Intake;

public static class AttributeNames
{
    /// <summary><c>firstName</c> → <c>first_name</c>, <c>companyURL</c> → <c>company_url</c>, <c>Last Login</c> → <c>last_login</c>.</summary>
    public static string Normalize(string name)
    {
        if (name.AsSpan().IndexOfAnyExcept(Plain) < 0) return name;
        var result = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsWhiteSpace(c) || c == '-')
            {
                result.Append('_');
                continue;
            }
            var endsWord = char.IsUpper(c) && i > 0
                && (char.IsLower(name[i - 1]) || char.IsDigit(name[i - 1])
                    || (char.IsUpper(name[i - 1]) && i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (endsWord) result.Append('_');
            result.Append(char.ToLowerInvariant(c));
        }
        return result.ToString();
    }

    private static readonly System.Buffers.SearchValues<char> Plain = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.");
}
