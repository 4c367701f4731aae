using System.Collections.Concurrent;
using Nurture.Mail.Html;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Notices;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Delivery;

/// <summary>A send names documents that are not there: nothing published it, or it was lost.</summary>
public sealed class MissingTemplateException(string message) : Exception(message);

/// <summary>What a send is made from beside its inputs.</summary>
/// <param name="Layout">Null for a mail that is a whole page by itself.</param>
/// <param name="Sender">The policy's.</param>
public sealed record MailDocuments(MailTemplate Template, MailTemplate? Layout, Sender Sender)
{
    /// <exception cref="System.Text.Json.JsonException">They are not JSON.</exception>
    public TemplateObject ReadInputs(ReadOnlySpan<byte> json) => MailRenderer.ReadInputs(json, Sender);

    /// <exception cref="TemplateException">A text reads what the inputs do not have.</exception>
    public RenderedMail Render(TemplateObject inputs, RenderOptions options) => MailRenderer.Render(Template, Layout, inputs, options);
}

/// <summary>The published texts that sends are pinned to, read once, and the shipped ones. A published text never changes.</summary>
public sealed class TemplateShelf(CatalogStore catalog)
{
    // Beyond it old versions would be kept for ever by a server that is never restarted.
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<string, MailDocuments> shelf = new(StringComparer.Ordinal);

    /// <param name="documents">As the send has it, by <see cref="PublishedCatalog.DocumentsOf"/>.</param>
    /// <exception cref="MissingTemplateException">There is no such document.</exception>
    public async Task<MailDocuments> FindAsync(string documents, CancellationToken cancel)
    {
        if (shelf.TryGetValue(documents, out var known)) return known;
        var names = documents.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var sender = Array.Find(names, IsPolicy) is { } policy ? await SenderAsync(policy, cancel) : SendPolicy.Default.Sender;
        var texts = Array.FindAll(names, name => !IsPolicy(name));
        if (texts.Length is not (1 or 2)) throw new MissingTemplateException("no template of that name was published when the mail was planned");
        var (template, layout) = InlinedStyles.Of(await TemplateAsync(texts[0], cancel), texts.Length == 2 ? await TemplateAsync(texts[1], cancel) : null, CssInliner.Plan);
        var found = new MailDocuments(template, layout, sender);
        if (shelf.Count >= MostKept) shelf.Clear();
        return shelf[documents] = found;
    }

    private static bool IsPolicy(string document) => document.StartsWith($"{PublishedCatalog.PolicyName}=", StringComparison.Ordinal);

    private async Task<MailTemplate> TemplateAsync(string document, CancellationToken cancel)
    {
        var (name, hash) = document.Split('=', 2) is [var left, var right] ? (left, right) : throw new MissingTemplateException($"\"{document}\" names no template and hash");
        if (hash == ShippedTexts.Hash) return ShippedTexts.Find(name) ?? throw new MissingTemplateException($"the program brings no text {name}");
        var found = await catalog.FindAsync("template", name, null, hash, cancel)
            ?? throw new MissingTemplateException($"the template {name} is not there any more in the version of this mail");
        return found.Mail();
    }

    private async Task<Sender> SenderAsync(string document, CancellationToken cancel)
    {
        var found = await catalog.FindAsync("policy", PublishedCatalog.PolicyName, null, document[(document.IndexOf('=', StringComparison.Ordinal) + 1)..], cancel)
            ?? throw new MissingTemplateException("the policy is not there any more in the version of this mail");
        return SendPolicyReader.Read(found.Content, "policy.yaml").Policy.Sender;
    }
}
