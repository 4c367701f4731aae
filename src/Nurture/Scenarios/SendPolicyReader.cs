using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using NodaTime;

namespace Nurture.Scenarios;

/// <summary><c>policy.yaml</c> to <see cref="SendPolicy"/>; what cannot be read keeps its default and is said.</summary>
public static class SendPolicyReader
{
    /// <param name="plan">What its condition is held against; null where that was done before and nobody asks it.</param>
    public static (SendPolicy Policy, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file, TrackingPlan? plan = null)
    {
        var source = new YamlSource(text, file);
        var root = YamlReader.Read(source);
        var standard = SendPolicy.Default;
        if (root is null || source.Map(root, "the policy", "It has zone:, locale:, allowed_hours:, caps: and sender:.") is not { } mapping) return (standard, source.Sorted());

        var fields = new Fields(source, mapping, "the policy");
        var closures = BusinessCalendarReader.ReadClosures(source, fields["closures"]);
        var calendars = BusinessCalendarReader.Read(source, fields["calendars"], closures);
        var calendar = ReadCalendar(source, fields["calendar"], calendars) ?? standard.Calendar with { Free = closures };
        var policy = new SendPolicy
        {
            Zone = source.Zone(fields["zone"], "zone") ?? standard.Zone,
            Locale = ReadLocale(source, fields["locale"]) ?? standard.Locale,
            AllowedHours = ReadHours(source, fields["allowed_hours"]),
            ServiceBasis = ReadServiceBasis(source, fields["service_basis"], plan ?? TrackingPlan.Empty),
            Caps = ReadCaps(source, fields["caps"]),
            Calendars = calendars,
            Calendar = calendar,
            TeamCalendar = ReadCalendar(source, fields["team_calendar"], calendars) ?? calendar,
            Sender = ReadSender(source, fields.Required("sender", "Who writes: sender: with name, address, organization and postal_address.")),
            Breaker = ReadBreaker(source, fields["breaker"]),
            OwnSites = ReadSites(source, fields["own_sites"]),
            OwnDomains = [.. source.Texts(fields["own_domains"], "own_domains").Select(d => d.Value.TrimStart('@').ToLowerInvariant())],
        };
        policy = policy with
        {
            Identities = ReadIdentities(source, fields["identities"], policy.Sender),
            SenderDomains = [.. source.Texts(fields["sender_domains"], "sender_domains").Select(d => d.Value.TrimStart('@').ToLowerInvariant())],
        };
        fields.RefuseOthers();
        return (policy, source.Sorted());
    }

    private static string? ReadLocale(YamlSource source, YamlNode? node)
    {
        if (source.Text(node, "locale") is not { } written) return null;
        if (Templates.Locales.IsLocale(written)) return written;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a locale", "For example en, ja or en-GB.");
        return null;
    }

    private static Dictionary<SendClass, AllowedHours> ReadHours(YamlSource source, YamlNode? node)
    {
        var hours = new Dictionary<SendClass, AllowedHours>();
        if (source.Map(node, "allowed_hours", "Each class has its own: service: { from: \"09:00\", until: \"18:00\", days: business }.") is not { } mapping) return hours;
        var classes = new Fields(source, mapping, "allowed_hours");
        foreach (var (word, sendClass) in new[] { ("marketing", SendClass.Marketing), ("service", SendClass.Service) })
        {
            if (HoursReader.Read(source, classes[word], word, word) is { } given) hours[sendClass] = given;
        }

        if (classes["transactional"] is { } transactional)
            source.Error(DiagnosticCodes.Contradiction, transactional.Span, "transactional mails leave at any hour", "Take the line away.");
        classes.RefuseOthers();
        return hours;
    }

    private static ServiceBasis? ReadServiceBasis(YamlSource source, YamlNode? node, TrackingPlan plan)
    {
        var scope = new ConditionScope { Subject = SubjectKind.Account, Plan = plan, IsOfAttributesAlone = true, File = source.File };
        if (source.Expression(node, "service_basis", (text, found) => Condition.Compile(text, scope, found)) is not { } condition) return null;
        if (condition.AccountAttributes.Count > 0) return new(condition);
        source.Error(DiagnosticCodes.BadValue, node!.Span, "nothing of the account is asked here", "What tells of a live trial or contract: days_until(account.contract_end) >= 0.");
        return null;
    }

    private static BusinessCalendar? ReadCalendar(YamlSource source, YamlNode? node, Dictionary<string, BusinessCalendar> calendars)
    {
        if (source.Name(node, "a calendar") is not { } name) return null;
        if (calendars.TryGetValue(name, out var calendar)) return calendar;
        source.Error(DiagnosticCodes.UnknownWord, node!.Span, $"there is no calendar \"{name}\"", Suggestions.For(name, calendars.Keys, "There are") ?? "Say its days under calendars:.");
        return null;
    }

    private static List<Cap> ReadCaps(YamlSource source, YamlNode? node)
    {
        var caps = new List<Cap>();
        foreach (var item in source.List(node, "caps")?.Items ?? [])
        {
            if (source.Map(item, "a cap", "- { sends: 3, within: 7d }") is not { } mapping) continue;
            var fields = new Fields(source, mapping, "a cap");
            var sends = source.Whole(fields.Required("sends"), "sends", 1);
            var within = source.Exact(fields.Required("within"), "within");
            fields.RefuseOthers();
            if (sends is { } count && within is { } window) caps.Add(new(count, window));
        }

        return caps;
    }

    private static Breaker ReadBreaker(YamlSource source, YamlNode? node)
    {
        var standard = Breaker.Default;
        if (source.Map(node, "breaker", "breaker: { within: 1h, mails: 20000, escalations: 200, webhooks: 20000, times: 10 }") is not { } mapping) return standard;
        var fields = new Fields(source, mapping, "the breaker");
        var within = source.Exact(fields["within"], "within") ?? standard.Within;
        if (within < TimeSpan.FromMinutes(1) || within > TimeSpan.FromDays(1))
        {
            source.Error(DiagnosticCodes.BadValue, fields["within"]!.Span, "the breaker's window is a minute to a day", "within: 1h");
            within = standard.Within;
        }

        var breaker = new Breaker(
            within, source.Whole(fields["times"], "times", 2) ?? standard.Times, source.Whole(fields["mails"], "mails", 1) ?? standard.Mails,
            source.Whole(fields["escalations"], "escalations", 1) ?? standard.Escalations, source.Whole(fields["webhooks"], "webhooks", 1) ?? standard.Webhooks);
        fields.RefuseOthers();
        return breaker;
    }

    private static Sender ReadSender(YamlSource source, YamlNode? node)
    {
        if (source.Map(node, "sender") is not { } mapping) return new();
        var fields = new Fields(source, mapping, "the sender");
        var sender = new Sender
        {
            Name = source.Text(fields.Required("name", "What stands beside the address in the reader's inbox."), "name") ?? "",
            Address = MailAddress.Read(source, fields.Required("address", "The address mails come from.")) ?? "",
            ReplyTo = MailAddress.Read(source, fields["reply_to"]),
            Organization = source.Text(fields.Required("organization", "The law wants it in the footer of every mail."), "organization") ?? "",
            PostalAddress = source.Text(fields.Required("postal_address", "The law wants it in the footer of every mail."), "postal_address") ?? "",
        };
        fields.RefuseOthers();
        return sender;
    }

    private static Dictionary<string, Sender> ReadIdentities(YamlSource source, YamlNode? node, Sender standard)
    {
        var identities = new Dictionary<string, Sender>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, "identities", "identities: { support: { name: Support, address: support@example.com } }")?.Entries ?? [])
        {
            if (source.Name(key, "an identity") is not { } name || source.Map(value, $"the identity \"{name}\"", "{ name: Support, address: support@example.com }") is not { } mapping) continue;
            if (name == "sender") source.Error(DiagnosticCodes.Contradiction, key.Span, "\"sender\" is the policy's own identity", "Give it another name.");
            var fields = new Fields(source, mapping, $"the identity \"{name}\"");
            identities[name] = standard with
            {
                Name = source.Text(fields.Required("name", "What stands beside the address in the reader's inbox."), "name") ?? standard.Name,
                Address = MailAddress.Read(source, fields.Required("address", "The address mails come from.")) ?? standard.Address,
                ReplyTo = MailAddress.Read(source, fields["reply_to"]),
            };
            fields.RefuseOthers();
        }

        return identities;
    }

    private static List<string> ReadSites(YamlSource source, YamlNode? node)
    {
        var sites = new List<string>();
        foreach (var written in source.Texts(node, "own_sites"))
        {
            if (Uri.TryCreate($"https://{written.Value}", UriKind.Absolute, out var uri) && uri.Authority.Equals(written.Value, StringComparison.OrdinalIgnoreCase)) sites.Add(written.Value);
            else
            {
                var host = Uri.TryCreate(written.Value, UriKind.Absolute, out var address) && address.Authority.Length > 0 ? address.Authority : "www.example.com";
                source.Error(DiagnosticCodes.BadValue, written.Span, $"\"{written.Value}\" is not the name of a site", $"The host alone, each by itself: own_sites: [ {host} ].");
            }
        }

        return sites;
    }
}
