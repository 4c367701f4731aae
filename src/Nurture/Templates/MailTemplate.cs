using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>
/// A mail in one language, as read from <c>templates/name.locale.html</c>: front matter with subject, preheader and layout,
/// then the body. A file whose name begins with <c>layout</c> is a layout, and shows a mail's body where it says <c>content</c>.
/// Immutable.
/// </summary>
public sealed partial class MailTemplate
{
    public const string DefaultLayout = "layout";

    private static readonly string[] MailsOwn = ["subject", "from", "reply_to", "class", "topic"];

    private static readonly string[] FrontKeys = [.. MailsOwn, "preheader", "layout"];

    private MailTemplate(string name, string locale, string file, string text) => (Name, Locale, File, Text) = (name, locale, file, text);

    public string Name { get; }

    public string Locale { get; }

    public string File { get; }

    /// <summary>The whole file.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of the text, in small hexadecimal digits.</summary>
    public string Hash { get; private init; } = "";

    /// <summary>A layout's is empty.</summary>
    public Template Subject { get; private init; } = null!;

    /// <summary>What inboxes show beside the subject; null where it has none.</summary>
    public Template? Preheader { get; private init; }

    public Template Body { get; private set; } = null!;

    /// <summary>The line of the file that the body begins on, 1-based: what goes wrong in the body is counted from there.</summary>
    public int BodyLine { get; private init; } = 1;

    /// <summary>Null for a mail that is a whole page by itself (<c>layout: none</c>), and for layouts.</summary>
    public string? Layout { get; private init; }

    /// <summary>Who writes, where the step does not say: an identity of the policy, or <see cref="Step.Send.FromOwner"/>; null for the policy's sender.</summary>
    public string? From { get; private init; }

    /// <summary>Where answers go, unless the step says who writes.</summary>
    public string? ReplyTo { get; private init; }

    /// <summary>What the mail is, where its step does not say; null for its scenario's class.</summary>
    public SendClass? Class { get; private init; }

    /// <summary>What it is about, where its step does not say; null for its scenario's topic.</summary>
    public string? Topic { get; private init; }

    public bool IsLayout => IsLayoutName(Name);

    public IReadOnlyList<Diagnostic> Diagnostics { get; private init; } = [];

    public bool IsValid => !Diagnostics.Any(d => d.Severity == Severity.Error);

    internal YamlSource Source { get; private init; } = null!;

    private IReadOnlyDictionary<string, SourceSpan> FrontValues { get; init; } = new Dictionary<string, SourceSpan>();

    public static bool IsLayoutName(string name) => name == DefaultLayout || name.StartsWith(DefaultLayout + "-", StringComparison.Ordinal);

    /// <summary>The name and locale that a file's name says; null where it says none.</summary>
    public static (string Name, string Locale)? NameOf(string file)
    {
        var parts = FileNamePattern().Match(Path.GetFileName(file));
        return parts.Success && Values.IsName(parts.Groups["name"].Value) && Locales.IsLocale(parts.Groups["locale"].Value)
            ? (parts.Groups["name"].Value, parts.Groups["locale"].Value)
            : null;
    }

    /// <summary>Where a value of the front matter stands; the file's first line where it is not given.</summary>
    internal SourceSpan At(string key) => FrontValues.TryGetValue(key, out var at) ? at : Source.LineSpan(1);

    /// <summary>Never throws; what is wrong is in <see cref="Diagnostics"/>.</summary>
    public static MailTemplate Parse(string text, string file)
    {
        var source = new YamlSource(text, file);
        var (name, locale) = NameOf(file) ?? (Values.Slug(Path.GetFileNameWithoutExtension(file)), "en");
        if (NameOf(file) is null)
            source.Error(DiagnosticCodes.BadFileName, source.Span(0, 0), $"\"{Path.GetFileName(file)}\" names no template and locale", "A template is a file such as welcome.en.html.");

        var isLayout = IsLayoutName(name);
        var (front, bodyStart) = SplitFrontMatter(source, isLayout);
        var subject = TextPart(source, front?["subject"], "subject", name);
        var preheader = TextPart(source, front?["preheader"], "preheader", name);
        var layout = source.Name(front?["layout"], "a layout");
        var from = source.Text(front?["from"], "from");
        var replyTo = MailAddress.Read(source, front?["reply_to"]);
        var sendClass = SendClasses.Read(source, front?["class"]);
        var topic = source.Name(front?["topic"], "a topic");
        foreach (var key in isLayout && front is not null ? MailsOwn.Where(front.Has) : [])
            source.Error(DiagnosticCodes.BadFrontMatter, front!.KeySpan(key)!.Value, $"a layout has no {key}: the mail in it has one", "Take the line away.");
        if (sendClass == SendClass.Transactional && topic is not null)
            source.Error(DiagnosticCodes.Contradiction, front!.KeySpan("topic")!.Value, "a transactional mail has no topic: nobody can unsubscribe from it", "Take topic: away, or make the mail a service or marketing one.");
        if (front is not null && !isLayout && !front.Has("subject"))
            source.Error(DiagnosticCodes.BadFrontMatter, front.HeadSpan, "this mail has no subject", "Give it one: subject: Welcome, {{ contact.name }}");
        front?.RefuseOthers();

        var body = Template.Parse(source.Text[bodyStart..], $"{name}.{locale}", TemplateOptions.Html);
        foreach (var found in body.Diagnostics)
            source.Error(DiagnosticCodes.BadTemplate, source.Span(bodyStart + found.Span.Start, bodyStart + found.Span.End), found.Message, found.Hint);
        if (isLayout && !body.Names.Contains("content"))
            source.Error(DiagnosticCodes.NoContent, source.Span(bodyStart, bodyStart), "this layout shows no mail: it never says {{ content }}", "Write {{ content }} where the mail's body belongs.");

        return new(name, locale, file, source.Text)
        {
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Text))),
            Subject = subject ?? Template.Parse("", name, TemplateOptions.Text),
            Preheader = preheader,
            Body = body,
            BodyLine = 1 + source.Text.AsSpan(0, bodyStart).Count('\n'),
            Layout = isLayout || layout == "none" ? null : layout ?? DefaultLayout,
            From = from,
            ReplyTo = replyTo,
            Class = sendClass,
            Topic = topic,
            FrontValues = FrontKeys.Where(key => front?[key] is not null).ToDictionary(key => key, key => front![key]!.Span),
            Diagnostics = source.Sorted(),
            Source = source,
        };
    }

    /// <summary>The same mail with another body, which begins on the same line.</summary>
    public MailTemplate WithBody(string body)
    {
        var changed = (MailTemplate)MemberwiseClone();
        changed.Body = Template.Parse(body, Body.Name, Body.Options);
        return changed;
    }

    private static (Fields? Front, int BodyStart) SplitFrontMatter(YamlSource source, bool isLayout)
    {
        var match = FrontMatterPattern().Match(source.Text);
        if (!match.Success)
        {
            if (!isLayout)
                source.Error(DiagnosticCodes.BadFrontMatter, source.LineSpan(1), "this mail has no front matter", "It begins with a line ---, then subject: and its text, then a line ---.");
            return (null, 0);
        }

        // Read in place: the leading --- is YAML's own, and lines and columns are the file's.
        var front = new YamlSource(source.Text[..match.Groups["yaml"].Index] + match.Groups["yaml"].Value, source.File);
        var root = YamlReader.Read(front);
        source.Diagnostics.AddRange(front.Diagnostics);
        if (root is null || source.Map(root, "the front matter", "It has subject:, and may have preheader:, from:, reply_to:, class:, topic: and layout:.") is not { } mapping)
        {
            if (root is null && !front.HasErrors && !isLayout) source.Error(DiagnosticCodes.BadFrontMatter, source.LineSpan(1), "the front matter is empty", "It has at least a subject:.");
            return (null, match.Length);
        }

        return (new Fields(source, mapping, "the front matter"), match.Length);
    }

    private static Template? TextPart(YamlSource source, YamlNode? node, string what, string name)
    {
        if (source.Text(node, what) is not { } text) return null;
        var template = Template.Parse(text, $"{name} ({what})", TemplateOptions.Text);
        var positions = new ScalarPositions(source, (YamlNode.Scalar)node!);
        foreach (var found in template.Diagnostics)
            source.Error(DiagnosticCodes.BadTemplate, positions.Span(found.Span.Start, found.Span.Length), found.Message, found.Hint);
        return template;
    }

    [GeneratedRegex(@"^(?<name>[^.]+)\.(?<locale>[^.]+)\.html\z")]
    private static partial Regex FileNamePattern();

    [GeneratedRegex(@"\A---[ \t]*\n(?<yaml>.*?)(?<=\n)---[ \t]*(?:\n|\z)", RegexOptions.Singleline)]
    private static partial Regex FrontMatterPattern();
}
