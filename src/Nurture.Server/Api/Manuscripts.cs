using Nurture.Scenarios;
using Nurture.Server.Publishing;
using Nurture.Storage.Security;
using Nurture.Templates;

namespace Nurture.Server.Api;

/// <param name="File">Says what it is: <c>trial.yaml</c> a scenario, <c>tests/trial.yaml</c> its tests, <c>events.yaml</c> the tracking plan, <c>policy.yaml</c> the policy, <c>welcome.ja.html</c> a template.</param>
public sealed record GivenFile(string? File, string? Text);

/// <summary>Texts to publish: files that refer to each other, as a whole; or one text alone.</summary>
public sealed record GivenTexts(IReadOnlyList<GivenFile>? Files, string? Text);

/// <param name="Form"><c>html</c>, <c>markdown</c> or <c>blocks</c>; as it was where none is given.</param>
/// <param name="TextPart">What readers without HTML get; made from the HTML where none is given.</param>
public sealed record GivenTemplate(string? Text, string? Form = null, string? TextPart = null);

public sealed record ShownDiagnostic(string Code, string Severity, string File, int Line, int Column, int Length, string Message, string? Hint)
{
    internal static ShownDiagnostic Of(Diagnostic diagnostic) => new(
        diagnostic.Code, ApiJson.Word(diagnostic.Severity), diagnostic.File, diagnostic.Span.Line, diagnostic.Span.Column, diagnostic.Span.Length, diagnostic.Message, diagnostic.Hint);
}

/// <param name="IsNew">False where the newest version had this very text already.</param>
public sealed record ShownPublication(string Kind, string Name, int Version, bool IsNew);

/// <param name="Warnings">What its author should know; a scenario whose counters are new goes live once they are filled from history.</param>
public sealed record ShownPublished(IReadOnlyList<ShownPublication> Published, IReadOnlyList<ShownDiagnostic> Warnings);

/// <summary>Publishes what a request brought, on the record.</summary>
internal sealed class ApiPublishing(Publisher publisher, CatalogSource catalogs, Audited audited)
{
    private const string TestFolder = "tests/";
    private const string PlanFile = "events.yaml";
    private const string PolicyFile = "policy.yaml";

    public static Manuscript Scenario(string name, string? text) => new(KindOf($"{name}.yaml"), $"{name}.yaml", Required(text));

    /// <param name="known">The form of what is published under the name; null for none.</param>
    public static Manuscript Template(string name, GivenTemplate given, MailForm? known)
    {
        var (stem, named) = Named(name);
        return new("template", stem + (FormOf(given.Form) ?? named ?? known ?? MailForm.Html).Ending(), Required(given.Text), string.IsNullOrWhiteSpace(given.TextPart) ? null : given.TextPart);
    }

    /// <summary>A template's name and, where its file is named, the form.</summary>
    public static (string Stem, MailForm? Form) Named(string name) => MailForms.Of(name) is { } form ? (name[..^form.Ending().Length], form) : (name, null);

    public static MailForm? FormOf(string? word)
    {
        try
        {
            return word is null ? null : MailForms.Read(word);
        }
        catch (ArgumentException)
        {
            throw RefusedException.BadRequest("bad-form", "No mail is written so.", $"\"{word}\" was found; a form is html, markdown or blocks.");
        }
    }

    /// <summary>Files as a whole: a text part belongs to the mail beside it.</summary>
    public static IReadOnlyList<Manuscript> Files(IReadOnlyList<GivenFile> given)
    {
        var parts = given.Where(file => file.File?.EndsWith(MailForms.TextEnding, StringComparison.Ordinal) == true).ToDictionary(file => file.File!, file => file.Text, StringComparer.Ordinal);
        var manuscripts = given.Where(file => file.File is null || !parts.ContainsKey(file.File)).Select(File)
            .Select(one => one.Kind == "template" && parts.Remove(MailTemplate.TextFileOf(one.File, MailForms.Of(one.File)!.Value), out var text) ? one with { TextPart = text } : one).ToList();
        return parts.Count == 0 ? manuscripts : throw RefusedException.BadRequest("bad-file", "No mail stands beside a text part.", $"{string.Join(", ", parts.Keys)}: give the mail with it, such as welcome.en.html.");
    }

    public static Manuscript File(GivenFile given)
    {
        var file = given.File is { Length: > 0 } named && (named == Path.GetFileName(named) || named == TestFolder + Path.GetFileName(named))
            ? named
            : throw RefusedException.Missing("file", "\"trial-onboarding.yaml\" or \"tests/trial-onboarding.yaml\", without other folders");
        return new(KindOf(file), file, Required(given.Text));
    }

    public async Task<ShownPublished> PublishAsync(IReadOnlyList<Manuscript> manuscripts, CancellationToken cancel)
    {
        if (!audited.May(Permission.PrintRaw)) await RefuseRawAsync(manuscripts, cancel);
        var files = manuscripts.Select(manuscript => manuscript.File).ToList();
        await audited.RecordAsync("published", files.Count == 1 ? $"{manuscripts[0].Kind}:{Path.GetFileNameWithoutExtension(files[0])}" : "catalog", new { Files = files }, cancel);
        var publication = await publisher.PublishAsync(manuscripts, audited.Actor, cancel);
        if (publication.IsRefused)
        {
            var errors = publication.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).ToList();
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "not-publishable", "Nothing was published.", string.Join(Environment.NewLine, errors))
            {
                Members = { ["diagnostics"] = publication.Diagnostics.Select(ShownDiagnostic.Of).ToList() },
            };
        }
        return new([.. publication.Versions.Select(version => new ShownPublication(version.Kind, version.Name, version.Version, version.IsNew))],
            [.. publication.Diagnostics.Select(ShownDiagnostic.Of)]);
    }

    /// <summary>What is published already may be published again by anybody.</summary>
    private async Task RefuseRawAsync(IReadOnlyList<Manuscript> manuscripts, CancellationToken cancel)
    {
        var templates = manuscripts.Where(manuscript => manuscript.Kind == "template").ToList();
        if (templates.Count == 0) return;
        var known = (await catalogs.CurrentAsync(cancel)).Templates.All.ToLookup(mail => (mail.Name, mail.Locale), mail => mail.Text);
        var found = templates.Select(template => MailTemplate.Parse(template.Text, template.File, template.TextPart))
            .Where(mail => !known[(mail.Name, mail.Locale)].Contains(mail.Text))
            .SelectMany(mail => mail.Raws).ToList();
        if (found.Count == 0) return;
        throw new RefusedException(StatusCodes.Status403Forbidden, "raw-not-allowed", "This would print values as markup.",
            $"{string.Join(", ", found.Select(at => $"{at.File}({at.At.Line},{at.At.Column})"))}: what is printed there is not escaped, which needs the permission {Permission.PrintRaw}. Take raw away, or let somebody publish it who has it.");
    }

    private static string Required(string? text) => string.IsNullOrWhiteSpace(text) ? throw RefusedException.Missing("text", "the whole text of the file") : text;

    private static string KindOf(string file) => Path.GetFileName(file) switch
    {
        PlanFile => "plan",
        PolicyFile => "policy",
        ScenarioLibrary.EscalationsFile => "escalations",
        ScenarioLibrary.HealthFile => "health",
        ScenarioLibrary.SegmentsFile => "segments",
        ScenarioLibrary.HooksFile => "hooks",
        _ when file.StartsWith(TestFolder, StringComparison.Ordinal) => "test",
        var name when MailForms.Of(name) is not null => "template",
        var name when name.EndsWith(".yaml", StringComparison.Ordinal) => "scenario",
        var name when name.EndsWith(".csv", StringComparison.Ordinal) => "rows",
        var name => throw RefusedException.BadRequest("bad-file", "That is no file of a catalog.", $"\"{name}\" was found; a scenario ends in .yaml, a template in .html, .md or .blocks.yaml, rows of a scenario in .csv or .yaml."),
    };
}
