using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Templates.Sources;
using Nurture.Templating;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>
/// A mail in one language, as read from <c>templates/name.locale.html</c>, <c>.md</c> or <c>.blocks.yaml</c>: subject, preheader,
/// layout and what else it says of itself, and its body; and its text part, where <c>name.locale.txt</c> stands beside it. A file
/// whose name begins with <c>layout</c> is a layout, and shows a mail's body where it says <c>content</c>. Whatever the form, the
/// body is HTML from here on: it is made when the file is read. Immutable.
/// </summary>
public sealed partial class MailTemplate
{
    public const string DefaultLayout = "layout";

    private static readonly string[] MailsOwn = ["subject", "subjects", "from", "reply_to", "class", "topic"];

    private static readonly string[] FrontKeys = [.. MailsOwn, "preheader", "layout"];

    private MailTemplate(string name, string locale, MailForm form, string file, string text) => (Name, Locale, Form, File, Text) = (name, locale, form, file, text);

    public string Name { get; }

    public string Locale { get; }

    public MailForm Form { get; }

    public string File { get; }

    /// <summary>The whole file.</summary>
    public string Text { get; }

    /// <summary>What stands in the file of its text part; null where there is none.</summary>
    public string? TextPartText { get; private init; }

    /// <summary>SHA-256 of its texts, in small hexadecimal digits.</summary>
    public string Hash { get; private init; } = "";

    /// <summary>The first one of several; a layout's is empty.</summary>
    public Template Subject { get; private init; } = null!;

    /// <summary>Its subjects by arm, in their order, where it has several: a send may test them. Empty where it has one.</summary>
    public IReadOnlyList<SubjectArm> Subjects { get; private init; } = [];

    /// <summary>The one of the arm; the first one where it has none of that name.</summary>
    public Template SubjectOf(string? arm) => Subjects.FirstOrDefault(one => one.Name == arm)?.Text ?? Subject;

    internal IEnumerable<Template> SubjectTexts => Subjects.Count == 0 ? [Subject] : Subjects.Select(one => one.Text);

    /// <summary>What inboxes show beside the subject; null where it has none.</summary>
    public Template? Preheader { get; private init; }

    public Template Body { get; private set; } = null!;

    /// <summary>What readers without HTML get; null where that is made from the HTML.</summary>
    public Template? TextPart { get; private init; }

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

    internal YamlSource? TextSource { get; private init; }

    // Where a character of each piece of the body's code stands in the file.
    private IReadOnlyList<Func<int, SourceSpan>> Places { get; init; } = [];

    private IReadOnlyDictionary<Template, ScalarPositions> FrontTexts { get; init; } = new Dictionary<Template, ScalarPositions>();

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

    /// <summary>Where in which file of the author's something went wrong.</summary>
    public (string File, SourceSpan At) PlaceOf(TemplateException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (TextPart is not null && failure.TemplateName == TextPart.Name) return (TextSource!.File, TextSource.At(failure.Line, failure.Column));
        if (failure.TemplateName == Preheader?.Name) return (File, At("preheader"));
        return failure.TemplateName == Body.Name ? (File, InBody(Offset(Body.Text, failure.Line, failure.Column))) : (File, At(Subjects.Count == 0 ? "subject" : "subjects"));
    }

    /// <summary>A place of the body, which may have been changed since, in the file.</summary>
    private SourceSpan InBody(int offset)
    {
        var parts = CodePart.In(Body.Text);
        var at = parts.Select((part, i) => (part, i)).LastOrDefault(pair => pair.part.Span.Start <= offset);
        return at.part is null || at.i >= Places.Count ? Source.LineSpan(1) : Places[at.i](Math.Min(offset, at.part.Span.End) - at.part.Span.Start) with { Length = 0 };
    }

    /// <summary>Where its HTML prints values as markup that nobody escapes.</summary>
    public IEnumerable<(string File, SourceSpan At)> Raws => Body.Raws.Select(span => PlaceOf(Body, span));

    /// <summary>Where a stretch of one of the mail's texts stands, and in which file; the texts themselves where nothing is said of it.</summary>
    internal (string File, SourceSpan At) PlaceOf(Template of, SourceSpan span)
    {
        if (ReferenceEquals(of, TextPart)) return (TextSource!.File, TextSource.Span(span.Start, span.End));
        if (ReferenceEquals(of, Body))
        {
            var (start, end) = (InBody(span.Start), InBody(span.End));
            return (File, Source.Span(start.Start, Math.Max(start.Start, end.Start)));
        }

        return (File, FrontTexts.TryGetValue(of, out var positions) ? positions.Span(span.Start, span.Length) : Source.LineSpan(1));
    }

    private static int Offset(string text, int line, int column)
    {
        var start = 0;
        for (var n = 1; n < line && text.IndexOf('\n', start) is >= 0 and var end; n++) start = end + 1;
        return Math.Min(start + column - 1, text.Length);
    }

    /// <summary>Where a value of the front matter stands; the file's first line where it is not given.</summary>
    internal SourceSpan At(string key) => FrontValues.TryGetValue(key, out var at) ? at : Source.LineSpan(1);

    /// <summary>Never throws; what is wrong is in <see cref="Diagnostics"/>.</summary>
    /// <param name="file">Its ending says the form.</param>
    /// <param name="textPart">What <c>name.locale.txt</c> beside it says; null where there is none.</param>
    public static MailTemplate Parse(string text, string file, string? textPart = null)
    {
        var source = new YamlSource(text, file);
        var form = MailForms.Of(file) ?? MailForm.Html;
        var (name, locale) = NameOf(file) ?? (Values.Slug(Path.GetFileNameWithoutExtension(file)), "en");
        if (NameOf(file) is null)
            source.Error(DiagnosticCodes.BadFileName, source.Span(0, 0), $"\"{Path.GetFileName(file)}\" names no template and locale", "A template is a file such as welcome.en.html, welcome.en.md or welcome.en.blocks.yaml.");

        var isLayout = IsLayoutName(name);
        if (isLayout && form != MailForm.Html)
            source.Error(DiagnosticCodes.BadFileName, source.Span(0, 0), "a layout is a page, and no other form has one", $"Write it as {name}.{locale}.html.");
        var (front, bodyStart) = form == MailForm.Blocks ? (WholeFile(source), 0) : SplitFrontMatter(source, isLayout);
        var subject = TextOf(source, front?["subject"], "subject", name);
        var subjects = ReadSubjects(source, front, name);
        var preheader = TextOf(source, front?["preheader"], "preheader", name);
        var layout = source.Name(front?["layout"], "a layout");
        var from = source.Text(front?["from"], "from");
        var replyTo = MailAddress.Read(source, front?["reply_to"]);
        var sendClass = SendClasses.Read(source, front?["class"]);
        var topic = source.Name(front?["topic"], "a topic");
        var blocks = form == MailForm.Blocks ? front?.Required("blocks", "What it shows: blocks: [ heading: Welcome, text: … ].") : null;
        foreach (var key in isLayout && front is not null ? MailsOwn.Where(front.Has) : [])
            source.Error(DiagnosticCodes.BadFrontMatter, front!.KeySpan(key)!.Value, $"a layout has no {key}: the mail in it has one", "Take the line away.");
        if (sendClass == SendClass.Transactional && topic is not null)
            source.Error(DiagnosticCodes.Contradiction, front!.KeySpan("topic")!.Value, "a transactional mail has no topic: nobody can unsubscribe from it", "Take topic: away, or make the mail a service or marketing one.");
        if (front is not null && !isLayout && !front.Has("subject") && !front.Has("subjects"))
            source.Error(DiagnosticCodes.BadFrontMatter, front.HeadSpan, "this mail has no subject", "Give it one: subject: Welcome, {{ contact.name }}");
        front?.RefuseOthers();

        var (body, places) = BodyOf(source, form, bodyStart, blocks, $"{name}.{locale}");
        if (isLayout && !body.Names.Contains("content"))
            source.Error(DiagnosticCodes.NoContent, source.Span(bodyStart, bodyStart), "this layout shows no mail: it never says {{ content }}", "Write {{ content }} where the mail's body belongs.");
        var textSource = textPart is null ? null : new YamlSource(textPart, TextFileOf(file, form));
        var textTemplate = textSource is null ? null : Template.Parse(textSource.Text, $"{name}.{locale} (text)", MailFacts.Text);
        foreach (var found in textTemplate?.Diagnostics ?? []) textSource!.Error(DiagnosticCodes.BadTemplate, textSource.Span(found.Span.Start, found.Span.End), found.Said, found.Advice);

        return new(name, locale, form, file, source.Text)
        {
            TextPartText = textSource?.Text,
            Hash = HashOf(source.Text, form, textSource?.Text),
            Subject = subject ?? subjects.FirstOrDefault().Arm?.Text ?? Template.Parse("", name, MailFacts.Text),
            Subjects = [.. subjects.Select(one => one.Arm)],
            Preheader = preheader,
            Body = body,
            Places = places,
            TextPart = textTemplate,
            Layout = isLayout || layout == "none" ? null : layout ?? DefaultLayout,
            From = from,
            ReplyTo = replyTo,
            Class = sendClass,
            Topic = topic,
            FrontTexts = new[] { (Text: subject, Key: "subject"), (Text: preheader, Key: "preheader") }.Where(pair => pair.Text is not null).Select(pair => (pair.Text!, (YamlNode.Scalar)front![pair.Key]!))
                .Concat(subjects.Select(one => (one.Arm.Text, one.Node))).ToDictionary(pair => pair.Item1, pair => new ScalarPositions(source, pair.Item2)),
            FrontValues = FrontKeys.Where(key => front?.Has(key) == true).ToDictionary(key => key, key => front![key]?.Span ?? front.KeySpan(key)!.Value),
            Diagnostics = [.. source.Sorted(), .. textSource?.Sorted() ?? []],
            Source = source,
            TextSource = textSource,
        };
    }

    /// <summary>The text part's file of a mail's.</summary>
    public static string TextFileOf(string file, MailForm form) => (file.EndsWith(form.Ending(), StringComparison.Ordinal) ? file[..^form.Ending().Length] : file) + MailForms.TextEnding;

    private static string HashOf(string text, MailForm form, string? textPart) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(form == MailForm.Html && textPart is null ? text : $"{form.Word()}\0{textPart}\0{text}")));

    private static (Template Body, IReadOnlyList<Func<int, SourceSpan>> Places) BodyOf(YamlSource source, MailForm form, int start, YamlNode? blocks, string name)
    {
        var written = source.Text[start..];
        if (form != MailForm.Blocks)
        {
            var read = Template.Parse(written, name, MailFacts.Html);
            foreach (var found in read.Diagnostics)
                source.Error(DiagnosticCodes.BadTemplate, source.Span(start + found.Span.Start, start + found.Span.End), found.Said, found.Advice);
            if (form == MailForm.Html || !read.IsValid)
                return (read, [.. CodePart.In(written).Select(part => (Func<int, SourceSpan>)(offset => source.Span(start + part.Span.Start + offset, start + part.Span.Start + offset)))]);
        }

        var made = new MadeBody(source.Text);
        var before = source.Diagnostics.Count;
        var html = form == MailForm.Markdown
            ? MarkdownText.ToHtml(made, written, offset => source.Span(start + offset, start + offset), takesHtml: true)
            : MailBlocks.ToHtml(source, made, blocks);
        var (text, places) = made.Finish(html);
        var body = Template.Parse(text, name, MailFacts.Html);
        // What the author wrote was whole in itself, so this can be only code that was torn apart.
        if (!body.IsValid && source.Diagnostics.Count == before)
            source.Error(DiagnosticCodes.BadTemplate, source.LineSpan(1), body.Diagnostics[0].Said, body.Diagnostics[0].Advice ?? "Give code that begins or ends a block a line of its own, with an empty line before and after.");
        return (body, places);
    }

    private static Fields? WholeFile(YamlSource source)
    {
        var root = YamlReader.Read(source);
        if (root is null && !source.HasErrors) source.Error(DiagnosticCodes.BadFrontMatter, source.LineSpan(1), "this file is empty", "It has subject: and blocks:.");
        return source.Map(root, "a mail of blocks", "It has subject: and blocks:.") is { } mapping ? new Fields(source, mapping, "this mail") : null;
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
        if (root is null || source.Map(root, "the front matter", "It has subject:, or several subjects:, and may have preheader:, from:, reply_to:, class:, topic: and layout:.") is not { } mapping)
        {
            if (root is null && !front.HasErrors && !isLayout) source.Error(DiagnosticCodes.BadFrontMatter, source.LineSpan(1), "the front matter is empty", "It has at least a subject:.");
            return (null, match.Length);
        }

        return (new Fields(source, mapping, "the front matter"), match.Length);
    }

    /// <summary>Several subjects, of which a send finds out the better one.</summary>
    private static List<(SubjectArm Arm, YamlNode.Scalar Node)> ReadSubjects(YamlSource source, Fields? front, string name)
    {
        var subjects = new List<(SubjectArm Arm, YamlNode.Scalar Node)>();
        if (source.Map(front?["subjects"], "subjects", SubjectsExample) is not { } written) return subjects;
        if (front!.KeySpan("subject") is { } both) source.Error(DiagnosticCodes.Contradiction, both, "a mail has one subject: or several subjects:, not both", "Take subject: away; the first of subjects: stands wherever none is tested.");
        foreach (var (key, value) in written.Entries)
        {
            if (value is YamlNode.Scalar scalar && string.IsNullOrWhiteSpace(scalar.Value)) source.Error(DiagnosticCodes.BadFrontMatter, key.Span, $"the subject \"{key.Value}\" says nothing", SubjectsExample);
            else if (source.Name(key, "a subject line") is not { } arm || TextOf(source, value, $"the subject {key.Value}", name) is not { } text) continue;
            else subjects.Add((new(arm, text), (YamlNode.Scalar)value));
        }

        if (written.Entries.Count < 2) source.Error(DiagnosticCodes.BadFrontMatter, front.KeySpan("subjects")!.Value, "one subject is nothing to choose from", SubjectsExample);
        return subjects;
    }

    private const string SubjectsExample = "subjects: { a: Three things to try, b: What is new in March }.";

    private static Template? TextOf(YamlSource source, YamlNode? node, Wording what, string name)
    {
        if (source.Text(node, what) is not { } text) return null;
        var template = Template.Parse(text, $"{name} ({what})", MailFacts.Text);
        var positions = new ScalarPositions(source, (YamlNode.Scalar)node!);
        foreach (var found in template.Diagnostics)
            source.Error(DiagnosticCodes.BadTemplate, positions.Span(found.Span.Start, found.Span.Length), found.Said, found.Advice);
        return template;
    }

    [GeneratedRegex(@"^(?<name>[^.]+)\.(?<locale>[^.]+)\.(?:html|md|blocks\.yaml|txt)\z")]
    private static partial Regex FileNamePattern();

    [GeneratedRegex(@"\A---[ \t]*\n(?<yaml>.*?)(?<=\n)---[ \t]*(?:\n|\z)", RegexOptions.Singleline)]
    private static partial Regex FrontMatterPattern();
}

/// <summary>One of several subjects of a mail.</summary>
public sealed record SubjectArm(string Name, Template Text);
