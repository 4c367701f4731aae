using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Nurture.Templates;

/// <summary>
/// What a mail's texts take from its inputs, its layout's included. What none of them can read need not be kept with the send:
/// it would only be more personal data, and more bytes.
/// </summary>
public sealed class MailReads
{
    // Read by what makes the mail, whatever its texts say: the To field.
    private static readonly string[] Always = ["contact.name"];

    private readonly FrozenSet<string> paths;
    private readonly FrozenSet<string> whole;
    private readonly bool isEverything;

    /// <param name="isEverything">It may read more than its names say.</param>
    private MailReads(IEnumerable<string> names, IReadOnlyList<string> facts, bool isEverything)
    {
        (Facts, this.isEverything) = (facts, isEverything);
        paths = names.Select(path => path.Split('.') is [var root, var member, ..] ? $"{root}.{member}" : path).Concat(Always).ToFrozenSet(StringComparer.Ordinal);
        whole = paths.Where(path => !path.Contains('.')).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Of a text that is not known.</summary>
    public static MailReads Everything { get; } = new([], [], isEverything: true);

    /// <summary>The members of it that its texts name; none where all of it may be read as one, and is there or is not.</summary>
    public IEnumerable<string> MembersOf(string root) => whole.Contains(root) ? [] : paths.Where(path => path.StartsWith($"{root}.", StringComparison.Ordinal)).Select(path => path[(root.Length + 1)..]);

    /// <summary>What its texts ask in the language of conditions, each once.</summary>
    public IReadOnlyList<string> Facts { get; }

    public static MailReads Of(MailTemplate template, MailTemplate? layout)
    {
        var read = TextsOf(template).Concat(layout is null ? [] : [layout.Body]).ToList();
        return new(NamesIn(read), FactsIn(read), read.Exists(text => text.ReadsUnnamed));
    }

    /// <summary>Whatever a mail may take, with what these texts ask.</summary>
    public static MailReads Whole(MailTemplate template, MailTemplate? layout)
    {
        var read = TextsOf(template).Concat(layout is null ? [] : [layout.Body]).ToList();
        return new(NamesIn(read), FactsIn(read), isEverything: true);
    }

    /// <summary>Whatever there is, with what this text asks.</summary>
    public static MailReads Whole(Templating.Template text) => new(NamesIn([text]), FactsIn([text]), isEverything: true);

    private static IEnumerable<string> NamesIn(IEnumerable<Templating.Template> texts) =>
        texts.SelectMany(text => text.Names.Concat(text.Assigned).Concat(text.Called.SelectMany(whom => new[] { $"{whom}.first_name", $"{whom}.last_name" })));

    private static List<string> FactsIn(IEnumerable<Templating.Template> texts) => [.. texts.SelectMany(text => text.Facts).Select(fact => fact.Text).Distinct(StringComparer.Ordinal)];

    /// <summary>The mail's own: subjects, preheader, body and text part.</summary>
    internal static IEnumerable<Templating.Template> TextsOf(MailTemplate template) =>
        template.SubjectTexts.Concat(new Templating.Template?[] { template.Preheader, template.Body, template.TextPart }.OfType<Templating.Template>());

    /// <summary>Every name that the mail's own texts read.</summary>
    internal static IEnumerable<string> NamesIn(MailTemplate template) => TextsOf(template).SelectMany(text => text.Names);

    /// <summary>Fields of the event that the mail's own texts read without a word of what stands there where it is not: neither <c>??</c> nor an <c>if</c>.</summary>
    /// <param name="root"><c>trigger</c> or <c>heard</c>.</param>
    internal static IEnumerable<string> Unprovided(MailTemplate template, string root) =>
        from text in TextsOf(template)
        let fields = text.Names.Where(name => name.StartsWith($"{root}.", StringComparison.Ordinal)).Select(name => name.Split('.')[1])
        from field in fields.Distinct(StringComparer.Ordinal)
        where !Regex.IsMatch(text.Text, $@"\bif\s[^}}]*\b{root}\b|\b{root}\.{Regex.Escape(field)}\b[^}}|]*\?\?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
        select field;

    /// <param name="root"><c>contact</c>, <c>account</c>, <c>trigger</c>, …</param>
    /// <returns>Whether anything of it is read.</returns>
    public bool AnyOf(string root) => isEverything || whole.Contains(root) || paths.Any(path => path.Length > root.Length && path[root.Length] == '.' && path.StartsWith(root, StringComparison.Ordinal));

    public bool Includes(string root, string member) => isEverything || whole.Contains(root) || paths.Contains($"{root}.{member}");
}
