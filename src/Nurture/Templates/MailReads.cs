using System.Collections.Frozen;

namespace Nurture.Templates;

/// <summary>
/// What a mail's texts take from its inputs, its layout's included. What none of them can read need not be kept with the send:
/// it would only be more personal data, and more bytes.
/// </summary>
public sealed class MailReads
{
    // Read by what makes the mail, whatever its texts say: the To field.
    private static readonly string[] Always = ["contact.name"];

    private readonly FrozenSet<string>? paths;
    private readonly FrozenSet<string> whole;

    private MailReads(IEnumerable<string>? paths, IReadOnlyList<string> facts)
    {
        Facts = facts;
        this.paths = paths?.Select(path => path.Split('.') is [var root, var member, ..] ? $"{root}.{member}" : path).Concat(Always).ToFrozenSet(StringComparer.Ordinal);
        whole = (this.paths?.Where(path => !path.Contains('.')) ?? []).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Of a text that is not known, or that reads what its names do not say.</summary>
    public static MailReads Everything { get; } = new(null, []);

    /// <summary>What its texts ask in the language of conditions, each once.</summary>
    public IReadOnlyList<string> Facts { get; }

    public static MailReads Of(MailTemplate template, MailTemplate? layout)
    {
        var read = TextsOf(template).Concat(layout is null ? [] : [layout.Body]).ToList();
        var facts = FactsIn(read);
        return read.Exists(text => text.ReadsUnnamed) ? new(null, facts) : new(read.SelectMany(text => text.Names.Concat(text.Assigned).Concat(text.Called.SelectMany(whom => new[] { $"{whom}.first_name", $"{whom}.last_name" }))), facts);
    }

    /// <summary>Whatever a mail may take, with what these texts ask.</summary>
    public static MailReads Whole(MailTemplate template, MailTemplate? layout) => new(null, Of(template, layout).Facts);

    /// <summary>Whatever there is, with what this text asks.</summary>
    public static MailReads Whole(Templating.Template text) => new(null, FactsIn([text]));

    private static List<string> FactsIn(IEnumerable<Templating.Template> texts) => [.. texts.SelectMany(text => text.Facts).Select(fact => fact.Text).Distinct(StringComparer.Ordinal)];

    /// <summary>The mail's own: subjects, preheader, body and text part.</summary>
    internal static IEnumerable<Templating.Template> TextsOf(MailTemplate template) =>
        template.SubjectTexts.Concat(new Templating.Template?[] { template.Preheader, template.Body, template.TextPart }.OfType<Templating.Template>());

    /// <summary>Every name that the mail's own texts read.</summary>
    internal static IEnumerable<string> NamesIn(MailTemplate template) => TextsOf(template).SelectMany(text => text.Names);

    /// <param name="root"><c>contact</c>, <c>account</c>, <c>trigger</c>, …</param>
    /// <returns>Whether anything of it is read.</returns>
    public bool AnyOf(string root) => paths is null || whole.Contains(root) || paths.Any(path => path.Length > root.Length && path[root.Length] == '.' && path.StartsWith(root, StringComparison.Ordinal));

    public bool Includes(string root, string member) => paths is null || whole.Contains(root) || paths.Contains($"{root}.{member}");
}
