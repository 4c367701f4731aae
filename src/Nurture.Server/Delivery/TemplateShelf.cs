using System.Collections.Concurrent;
using Nurture.Server.Notices;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Delivery;

/// <summary>A send names documents that are not there: nothing published it, or it was lost.</summary>
public sealed class MissingTemplateException(string message) : Exception(message);

/// <summary>The published templates that sends are pinned to, read and parsed once, and the shipped ones. A published text never changes.</summary>
public sealed class TemplateShelf(CatalogStore catalog)
{
    // Beyond it old versions would be kept for ever by a server that is never restarted.
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<string, MailTemplate> shelf = new(StringComparer.Ordinal);

    /// <param name="documents">As the send has it: <c>welcome.ja=HASH layout.ja=HASH</c>, the layout only where there is one.</param>
    /// <exception cref="MissingTemplateException">There is no such document.</exception>
    public async Task<(MailTemplate Template, MailTemplate? Layout)> FindAsync(string documents, CancellationToken cancel)
    {
        var names = documents.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is not (1 or 2)) throw new MissingTemplateException("no template of that name was published when the mail was planned");
        return (await OneAsync(names[0], cancel), names.Length == 2 ? await OneAsync(names[1], cancel) : null);
    }

    private async Task<MailTemplate> OneAsync(string document, CancellationToken cancel)
    {
        if (shelf.TryGetValue(document, out var known)) return known;
        var (name, hash) = document.Split('=', 2) is [var left, var right] ? (left, right) : throw new MissingTemplateException($"\"{document}\" names no template and hash");
        if (hash == ShippedTexts.Hash) return ShippedTexts.Find(name) ?? throw new MissingTemplateException($"the program brings no text {name}");
        var found = await catalog.FindAsync("template", name, null, hash, cancel)
            ?? throw new MissingTemplateException($"the template {name} is not there any more in the version of this mail");
        if (shelf.Count >= MostKept) shelf.Clear();
        return shelf[document] = MailTemplate.Parse(found.Content, $"{name}.html");
    }
}
