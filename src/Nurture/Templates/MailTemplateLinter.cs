using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>What is wrong with mails that parse: names that no mail has, layouts that do not exist, footers that miss, what readers cannot see.</summary>
public static partial class MailTemplateLinter
{
    // Gmail's own limit, as mail people measure it.
    private const int MostBytes = 102 * 1024;

    // The widest inboxes show so much beside a short subject.
    private const int MostPreheader = 90;

    private static readonly string[] Roots = ["contact", "account", "trigger", "heard", "response", "session", "row", "sender", "reply", "ask", "unsubscribe_url", "locale"];
    private static readonly string[] LayoutRoots = ["content", "subject", "preheader"];
    private static readonly string[] SenderNames = ["name", "address", "reply_to", "organization", "postal_address"];
    private static readonly string[] AskNames = ["question", "answers", "is_scale"];
    private static readonly string[] ReplyNames = ["subject", "paragraphs"];
    private static readonly string[] ContactNames = ["id", "email", "name", "locale", "zone"];
    private static readonly string[] AccountNames = ["id", "name", "tier", "stage", "owner", "locale", "zone"];

    /// <param name="styles">How a layout's rules come to their elements, for the size of what leaves; null measures without them.</param>
    /// <param name="segments">Null where they are not at hand: none is then missed.</param>
    public static IReadOnlyList<Diagnostic> Lint(MailTemplateLibrary library, TrackingPlan plan, SendPolicy policy, StylePlan? styles = null, SegmentSet? segments = null) => [.. library.All.SelectMany(template => Lint(template, library, plan, policy, styles, segments)).Distinct()];

    /// <summary>One of them.</summary>
    public static IReadOnlyList<Diagnostic> Lint(MailTemplate template, MailTemplateLibrary library, TrackingPlan plan, SendPolicy policy, StylePlan? styles = null, SegmentSet? segments = null)
    {
        var found = new List<Diagnostic>();
        CheckNames(template, plan, found);
        found.AddRange(MailFacts.Check(template, plan, segments));
        MailComparisons.Check(template, plan, found);
        CheckSender(template, policy, found);
        CheckPurpose(template, library, found);
        CheckMarkup(template, found);
        UnfilledFields.Check(template, plan, policy, found);
        CheckSize(template, library, plan, policy, styles, found);
        CheckPreheader(template, found);
        CheckDateCodes(template, found);
        MailSafety.Check(template, found);
        if (template.IsLayout) CheckFooter(template, found);
        else if (template.Layout is { } layout && library.LayoutOf(template) is null)
            found.Add(Mistake(DiagnosticCodes.UnknownLayout, Severity.Error, template, template.At("layout"),
                $"layout \"{layout}\" is not defined.", Suggestions.For(layout, library.All.Where(t => t.IsLayout).Select(t => t.Name)) ?? $"It would be the file templates/{layout}.{library.DefaultLocale}.html; layout: none does without."));
        return [.. found.Distinct()];
    }

    private static void CheckDateCodes(MailTemplate template, List<Diagnostic> found)
    {
        foreach (var text in MailReads.TextsOf(template))
        {
            foreach (var (span, code) in text.UnknownDateCodes)
            {
                var (file, at) = template.PlaceOf(text, span);
                found.Add(new(DiagnosticCodes.UnknownDateCode, Severity.Warning, file, at, $"{code} is no code of a date, and is printed as it stands.",
                    "There are %d %m %Y %B %b %A %a %H %M %S and others, as templates/README.md has them; a percent sign is %%."));
            }
        }
    }

    /// <summary>What readers without images, and those who read over other people's networks, are owed.</summary>
    private static void CheckMarkup(MailTemplate template, List<Diagnostic> found)
    {
        var markup = Masked(template.Text);
        foreach (Match image in Image().Matches(markup))
        {
            if (!Alt().IsMatch(image.Value) && !image.Groups["markdown"].Success || image.Groups["alt"] is { Success: true } alt && string.IsNullOrWhiteSpace(alt.Value))
                found.Add(Mistake(DiagnosticCodes.ImageWithoutAlt, Severity.Warning, template, template.Source.Span(image.Index, image.Index + image.Length),
                    "this image says nothing to those who do not see it, and many mail programs show no images at first.", "Say what it shows: alt=\"The report of one week\"; an ornament has alt=\"\"."));
        }

        foreach (Match link in PlainAddress().Matches(markup))
        {
            var place = link.Groups["address"];
            var address = template.Text.Substring(place.Index, place.Length);
            found.Add(Mistake(DiagnosticCodes.PlainHttp, Severity.Warning, template, template.Source.Span(place.Index, place.Index + place.Length),
                $"{address} goes unencrypted, and mail programs warn of it.", $"Write https://{address["http://".Length..]}."));
        }
    }

    /// <summary>The text with <c>_</c> for each character of its code.</summary>
    private static string Masked(string text)
    {
        var masked = text.ToCharArray();
        foreach (var part in CodePart.In(text)) masked.AsSpan(part.Span.Start, part.Span.Length).Fill('_');
        return new(masked);
    }

    /// <summary>As it leaves to somebody made up, which is more than what is written: styles stand at their elements, loops run.</summary>
    private static void CheckSize(MailTemplate template, MailTemplateLibrary library, TrackingPlan plan, SendPolicy policy, StylePlan? styles, List<Diagnostic> found)
    {
        if (template.IsLayout) return;
        var layout = library.LayoutOf(template);
        var written = Encoding.UTF8.GetByteCount(template.Body.Text) + (layout is null ? 0 : Encoding.UTF8.GetByteCount(layout.Body.Text));
        var leaves = BytesOf(template, layout, plan, policy, styles);
        if ((leaves ?? written) <= MostBytes) return;
        found.Add(Mistake(DiagnosticCodes.MailTooLarge, Severity.Warning, template, template.Source.LineSpan(1),
            leaves is not { } bytes ? (Wording)$"with its layout this mail has {Shown(written)} as it is written, and Gmail cuts off what lies beyond 102 kB, the way to unsubscribe first."
                : styles is null ? (Wording)$"this mail leaves with {Shown(bytes)}, of {Shown(written)} that are written for it with its layout (loops run), and Gmail cuts off what lies beyond 102 kB, the way to unsubscribe first."
                : $"this mail leaves with {Shown(bytes)}, of {Shown(written)} that are written for it with its layout (styles stand at their elements, loops run), and Gmail cuts off what lies beyond 102 kB, the way to unsubscribe first.",
            "Leave out what a link can lead to: images as data, styles that nothing uses, long lists."));

        static string Shown(int bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} kB");
    }

    /// <summary>Null for a mail that cannot be made for somebody made up.</summary>
    private static int? BytesOf(MailTemplate template, MailTemplate? layout, TrackingPlan plan, SendPolicy policy, StylePlan? styles)
    {
        if (!template.IsValid || layout is { IsValid: false }) return null;
        try
        {
            var options = new RenderOptions { Now = new DateTimeOffset(2026, 4, 1, 10, 0, 0, TimeSpan.Zero) };
            var inputs = MailSample.Whole(plan, policy, template, layout, options.Now);
            var html = MailRenderer.Render(template, layout, inputs, options).Html;
            // No element gets more than all rules there are: where that is not too much, nothing has to be inlined to know it.
            var rules = new[] { template, layout }.OfType<MailTemplate>().SelectMany(text => Styles().Matches(text.Body.Text)).Sum(style => (long)style.Length);
            var bytes = Encoding.UTF8.GetByteCount(html);
            if (styles is null || bytes + rules * html.AsSpan().Count('<') <= MostBytes) return bytes;
            var (inlined, outer) = InlinedStyles.Of(template, layout, styles);
            return Encoding.UTF8.GetByteCount(MailRenderer.Render(inlined, outer, inputs, options).Html);
        }
        catch (TemplateException)
        {
            // It reads what only its scenario brings; what is wrong with it is said elsewhere.
            return null;
        }
    }

    /// <summary>A human's reply needs none: its first words are the human's.</summary>
    private static void CheckPreheader(MailTemplate template, List<Diagnostic> found)
    {
        if (template.Preheader is { } line && CodePart.In(line.Text).Aggregate(line.Text.Length, (length, part) => length - part.Span.Length) is > MostPreheader and var characters)
        {
            found.Add(Mistake(DiagnosticCodes.LongPreheader, Severity.Warning, template, template.At("preheader"),
                $"this preheader has {characters} characters, without what its code prints, and inboxes show no more than {MostPreheader}.", "Say in one short line what makes the mail worth opening."));
        }

        if (template.IsLayout || !template.IsValid || template.Body.Names.Any(name => name.Split('.', 2)[0] == "reply") || template.Preheader is { Text: var text } && !string.IsNullOrWhiteSpace(text)) return;
        found.Add(Mistake(DiagnosticCodes.NoPreheader, Severity.Warning, template, template.At("preheader"),
            "this mail says nothing for beside its subject, so inboxes show the beginning of the body.", "Say in one line what makes it worth opening: preheader: Three steps, about fifteen minutes."));
    }

    // All that anybody may have written is searched in time that its length alone decides.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"<style\b.*?</style\s*>", Linear | RegexOptions.Singleline)]
    private static partial Regex Styles();

    [GeneratedRegex(@"<img\b[^>]*>|(?<markdown>!\[(?<alt>[^\]\n]*)\]\()", Linear)]
    private static partial Regex Image();

    [GeneratedRegex(@"\salt\s*=", Linear)]
    private static partial Regex Alt();

    [GeneratedRegex(@"(?:\b(?:href|src)\s*=\s*[""']?|\]\(|\b(?:url|link|href|src):\s*[""']?)(?<address>http://[^\s""'<>)]*)", Linear)]
    private static partial Regex PlainAddress();

    private static void CheckSender(MailTemplate template, SendPolicy policy, List<Diagnostic> found)
    {
        if (template.From is not { } from || from == Step.Send.FromOwner || policy.Identities.ContainsKey(from)) return;
        found.Add(Mistake(DiagnosticCodes.UnknownIdentity, Severity.Error, template, template.At("from"), $"policy.yaml declares no identity \"{from}\".", SendPolicy.HintForIdentity(from, policy)));
    }

    /// <summary>Who refuses a topic refuses it in every language.</summary>
    private static void CheckPurpose(MailTemplate template, MailTemplateLibrary library, List<Diagnostic> found)
    {
        if (template.IsLayout || library.Find(template.Name, null) is not { } first || first == template) return;
        Compare("class", template.Class is { } own ? SendClasses.Word(own) : null, first.Class is { } its ? SendClasses.Word(its) : null);
        Compare("topic", template.Topic, first.Topic);

        void Compare(string key, string? here, string? there)
        {
            if (here == there) return;
            found.Add(Mistake(DiagnosticCodes.PurposeDiffers, Severity.Error, template, template.At(key), $"this mail {Said(key, here)}, and {Path.GetFileName(first.File)} {Said(key, there)}: a mail has one purpose in all its languages.",
                there is null ? (Wording)$"Take {key}: away here, or write it there too." : (Wording)$"Write {key}: {there}."));
        }

        static Wording Said(string key, string? value) => value is null ? (Wording)$"says no {key}" : $"says {key}: {value}";
    }

    private static void CheckNames(MailTemplate template, TrackingPlan plan, List<Diagnostic> found)
    {
        CheckNames(template.Source, template.Body.Names.Concat(template.SubjectTexts.SelectMany(text => text.Names)).Concat(template.Preheader?.Names ?? []), template.IsLayout, plan, found);
        if (template.TextSource is { } text) CheckNames(text, template.TextPart!.Names, isLayout: false, plan, found);

        var asked = AskedFor(template);
        foreach (Match print in Regex.Matches(template.Text, @"\{\{[-~]?\s*(?<path>(?<root>contact|account)\.(?<name>\w+))\s*[-~]?\}\}"))
        {
            var of = print.Groups["root"].Value == "contact" ? SubjectKind.Contact : SubjectKind.Account;
            var path = print.Groups["path"].Value;
            if (print.Groups["name"].Value == "id" || plan.Attribute(of, print.Groups["name"].Value) is { Default.IsNull: false }) continue;
            if (asked.Contains(path) || path == "account.tier" || ProductKnowledge.Of(of, print.Groups["name"].Value) is { MayBeAbsent: false } || path == "contact.role") continue;
            var group = print.Groups["path"];
            found.Add(Mistake(DiagnosticCodes.MayBeEmpty, Severity.Warning, template, template.Source.Span(group.Index, group.Index + group.Length),
                $"not everybody has a {path}, and then nothing stands here.", $"Say what stands there instead: {{{{ {path} ?? \"there\" }}}}, or ask first: {{{{ if {path} }}}}."));
        }
    }

    /// <summary>The attributes whose presence some <c>if</c> of the mail asks for.</summary>
    private static HashSet<string> AskedFor(MailTemplate template) =>
        [.. from text in MailReads.TextsOf(template)
            from part in CodePart.In(text.Text)
            let code = text.Text.Substring(part.Span.Start, part.Span.Length)
            where If().IsMatch(code)
            from Match path in AttributePath().Matches(code)
            select path.Value];

    [GeneratedRegex(@"\bif\s", Linear)]
    private static partial Regex If();

    [GeneratedRegex(@"(?<![\w.])(?:contact|account)\.\w+")]
    private static partial Regex AttributePath();

    private static void CheckNames(YamlSource source, IEnumerable<string> names, bool isLayout, TrackingPlan plan, List<Diagnostic> found)
    {
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (Complaint(name, isLayout, plan) is not { } complaint) continue;
            found.Add(new(DiagnosticCodes.UnknownName, Severity.Error, source.File, Find(source, name) ?? source.LineSpan(1), complaint.Said, complaint.Advice));
        }
    }

    /// <summary>What is wrong with a name in a text of a step; null where it is known.</summary>
    internal static (Wording Said, Wording? Advice)? ComplaintInText(string name, TrackingPlan plan) =>
        plan.Events.Count == 0 && name.Split('.', 2)[0] is "trigger" or "heard" ? null
        : name.Split('.', 2)[0] is "unsubscribe_url" or "reply" ? ($"a text of a step has no \"{name}\".", "It has contact, account, trigger, heard, response and sender.") : Complaint(name, isLayout: false, plan);

    private static (Wording Said, Wording? Advice)? Complaint(string name, bool isLayout, TrackingPlan plan)
    {
        var parts = name.Split('.', 3);
        if (!isLayout && LayoutRoots.Contains(parts[0])) return ($"\"{parts[0]}\" is there in layouts only.", null);
        if (!Roots.Contains(parts[0]) && !LayoutRoots.Contains(parts[0]))
            return ($"mails have no \"{parts[0]}\".", ConditionFunctions.Find(parts[0]) is { } function ? $"It is a function: write {function.Signature}." : Suggestions.For(parts[0], isLayout ? [.. Roots, .. LayoutRoots] : Roots, "They have"));
        // Which columns or values there are is known to the scenario that sends it.
        if (parts.Length < 2 || parts[0] is "row" or "response") return null;
        var (known, what) = parts[0] switch
        {
            "contact" => (plan.ContactAttributes.Keys.Concat(ContactNames), (Wording)"attribute"),
            "account" => (plan.AccountAttributes.Keys.Concat(AccountNames), "attribute"),
            "sender" => ((IEnumerable<string>)SenderNames, "part"),
            "reply" => (ReplyNames, "part"),
            "session" => (Sessions.SessionFacts.Members, "part"),
            "ask" => (AskNames, "part"),
            _ => (plan.Events.Values.SelectMany(e => e.Properties.Keys), "property"),
        };
        if (plan == TrackingPlan.Empty && parts[0] is not ("sender" or "reply" or "ask" or "session")) return null;
        if (parts[0] is "trigger" or "heard" && parts[1] is "name" or "occurred_at") return null;
        if (parts[0] is "trigger" or "heard" && known.Any(k => k.Split('.')[0] == parts[1])) return null;
        if (known.Contains(parts[1])) return null;
        return parts[0] is "trigger" or "heard"
            ? ($"no event has a property \"{parts[1]}\".", Suggestions.For(parts[1], known) ?? "Add it to its event in events.yaml.")
            : ($"\"{parts[0]}\" has no {what} \"{parts[1]}\".", Suggestions.For(parts[1], known, parts[0] is "sender" or "reply" or "ask" or "session" ? "It has" : null) ?? $"Add it to {parts[0]}: in events.yaml.");
    }

    private static void CheckFooter(MailTemplate layout, List<Diagnostic> found)
    {
        var code = ShowingCode(layout.Body).ToList();
        var lacksSender = !Shows("organization") || !Shows("postal_address");
        var lacksUnsubscribe = !Shows("unsubscribe_url");
        if (!lacksSender && !lacksUnsubscribe) return;
        Wording what = lacksSender && lacksUnsubscribe ? "who writes, and how to unsubscribe" : lacksSender ? "who writes" : "how to unsubscribe";
        Wording names = lacksSender && lacksUnsubscribe ? "{{ sender.organization }}, {{ sender.postal_address }} and {{ unsubscribe_url }}"
            : lacksSender ? "{{ sender.organization }}, {{ sender.postal_address }}" : "{{ unsubscribe_url }}";
        found.Add(Mistake(DiagnosticCodes.NoFooter, Severity.Warning, layout, layout.Source.LineSpan(1),
            $"this layout does not say {what}, so a plain footer is added to every mail.", $"Show {names} where it fits."));

        bool Shows(string name) => code.Exists(part => part.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>The code that may show what it reads: an <c>if</c> or <c>for</c> by itself shows nothing.</summary>
    private static IEnumerable<string> ShowingCode(Template text) =>
        CodePart.In(text.Text).Where(part => part.Prints || part is { Opens: 0, Closes: 0, IsBetween: false }).Select(part => text.Text.Substring(part.Span.Start, part.Span.Length));

    /// <summary>The first place where the name is written.</summary>
    private static SourceSpan? Find(YamlSource source, string name)
    {
        var match = Regex.Match(source.Text, $@"(?<![\w.]){Regex.Escape(name)}(?!\w)");
        return match.Success ? source.Span(match.Index, match.Index + match.Length) : null;
    }

    private static Diagnostic Mistake(string code, Severity severity, MailTemplate template, SourceSpan at, Wording message, Wording? hint) =>
        new(code, severity, template.File, at, message, hint);
}
