using System.Globalization;

namespace Nurture.Harness;

/// <summary><c>--name value</c> and <c>--flag</c>; what nobody asked for is a mistake.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, string> given = [];

    public Arguments(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"{arguments[i]} is not an option.");
            var name = arguments[i][2..];
            given[name] = i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++i] : "";
        }
    }

    public bool Flag(string name) => given.Remove(name);

    public string Text(string name, string otherwise) => given.Remove(name, out var value) ? value : otherwise;

    public int Number(string name, int otherwise) =>
        !given.Remove(name, out var text) ? otherwise : int.TryParse(text, out var number) && number >= 0 ? number : throw new ArgumentException($"""--{name} "{text}" is not a number.""");

    public double Share(string name) =>
        !given.Remove(name, out var text) ? 0 : double.TryParse(text, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : throw new ArgumentException($"""--{name} "{text}" is not a share between 0 and 1.""");

    public void RequireNoneLeft()
    {
        if (given.Count > 0)
            throw new ArgumentException($"There is no option --{given.Keys.First()}.");
    }
}
