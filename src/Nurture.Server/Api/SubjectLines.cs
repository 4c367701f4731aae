using System.Text.Json;
using Nurture.Engine;
using Nurture.Server.Delivery;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Api;

/// <summary>The subject lines of mails, as they left: what people know a mail by.</summary>
internal sealed class SubjectLines(SendStore sends, TemplateShelf shelf)
{
    /// <summary>By the send's id; one that cannot be made any more, or was emptied by an erasure, is not there.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> OfAsync(IEnumerable<SendRow> rows, CancellationToken cancel)
    {
        var lines = new Dictionary<Guid, string>();
        foreach (var content in await sends.ContentsAsync([.. rows], cancel))
        {
            try
            {
                var documents = await shelf.FindAsync(content.Documents, cancel);
                lines[content.Send.Id] = MailRenderer.Subject(documents.Template, documents.ReadInputs(content.Inputs), new RenderOptions { Now = content.Send.PlannedAt, Seed = Draws.Seed(content.Send.Id) });
            }
            catch (Exception unmade) when (unmade is TemplateException or MissingTemplateException or JsonException)
            {
                // The list shows the template's name instead; the send's own page says why.
            }
        }

        return lines;
    }
}
