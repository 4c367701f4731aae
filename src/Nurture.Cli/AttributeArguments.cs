using System.CommandLine;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Cli;

/// <summary>Attributes of a contact or account as they are typed: <c>--contact locale=ja name=花子</c>.</summary>
internal static class AttributeArguments
{
    public static Option<string[]> Pairs(string name, string description) =>
        new(name) { Description = description, HelpName = "attribute=value", AllowMultipleArgumentsPerToken = true };

    public static Dictionary<string, string> Words(string[] pairs, string option)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            if (cut < 1) throw new CommandException($"{option} {pair} has no value. Write {option} {pair}=value.");
            words[pair[..cut]] = pair[(cut + 1)..];
        }

        return words;
    }

    /// <summary>The values by the types of the tracking plan.</summary>
    public static Dictionary<string, AttributeValue> Typed(TrackingPlan plan, SubjectKind of, Dictionary<string, string> said, string option)
    {
        var known = of == SubjectKind.Contact ? plan.ContactAttributes : plan.AccountAttributes;
        var attributes = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var (name, written) in said)
        {
            if (known.Count > 0 && !known.ContainsKey(name))
                throw new CommandException($"{option}: events.yaml knows no attribute \"{name}\". There are {string.Join(", ", known.Keys)}.");
            if (!AttributeText.TryRead(written, known.GetValueOrDefault(name)?.Type, true, out var value))
                throw new CommandException($"{option}: \"{name}\" is a {known[name].Type.ToString().ToLowerInvariant()}, and \"{written}\" is not. {AttributeText.Example(known[name].Type)}");
            attributes[name] = value;
        }

        return attributes;
    }
}
