using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private const string RecipientForms =
        "There are trigger.contact, heard.contact, most_active, role(\"admin\", 2) and roles(\"admin\", \"billing\").";

    private Recipients? ReadRecipients(YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        switch (written)
        {
            case "trigger.contact": return new Recipients.TriggerContact();
            case "heard.contact": return new Recipients.HeardContact();
            case "most_active": return new Recipients.MostActive();
        }

        var call = RolesPattern().Match(written);
        if (call.Success)
        {
            var names = call.Groups["name"].Captures.Select(c => c.Value).ToArray();
            int? limit = call.Groups["limit"].Success ? int.Parse(call.Groups["limit"].ValueSpan, CultureInfo.InvariantCulture) : null;
            if (call.Groups["function"].Value == "role" && names.Length > 1)
            {
                source.Error(DiagnosticCodes.BadRecipients, node!.Span, "role(…) takes one role and a number of people", $"Write roles({string.Join(", ", names.Select(n => $"\"{n}\""))}).");
                return null;
            }

            if (limit != 0) return new Recipients.Roles(names, limit);
        }

        source.Error(DiagnosticCodes.BadRecipients, node!.Span, $"\"{written}\" does not say who is meant", RecipientHint(written));
        return null;
    }

    private static Wording RecipientHint(string written)
    {
        var bare = BareRolePattern().Match(written);
        if (bare.Success) return $"A role's name stands in quotes: {YamlTraps.Quoted($"role(\"{bare.Groups[1].Value}\"{bare.Groups[2].Value})")}.";
        if (written is "contact" or "the contact") return "Write trigger.contact for who started it.";
        if (written.Contains('@')) return "Mails go to contacts, never to an address: " + RecipientForms;
        if (Values.IsName(written)) return Suggestions.For(written, ["most_active", "trigger.contact", "heard.contact"]) ?? $"If that is a role, write {YamlTraps.Quoted($"role(\"{written}\")")}. {RecipientForms}";
        return RecipientForms;
    }

    private Nobody? ReadNobody(YamlNode? node)
    {
        switch (source.Text(node, "nobody"))
        {
            case null: return null;
            case "end": return new(null);
            case "task": return new(null, OpensTask: true);
            default: return ReadRecipients(node, "nobody") is { } instead ? new(instead) : null;
        }
    }

    [GeneratedRegex(@"^(?<function>roles?)\(\s*(?:""(?<name>[^""\\]+)""\s*,\s*)*(?:""(?<name>[^""\\]+)""\s*)(?:,\s*(?<limit>[0-9]{1,4})\s*)?\)\z")]
    private static partial Regex RolesPattern();

    [GeneratedRegex(@"^roles?\(\s*'?([a-z_]+)'?\s*((?:,\s*[0-9]+)?)\s*\)\z")]
    private static partial Regex BareRolePattern();
}
