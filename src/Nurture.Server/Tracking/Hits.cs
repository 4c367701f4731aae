using System.Data.Common;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Tracking;

/// <summary>Records that a mail's pixel was fetched or a link in it followed.</summary>
public sealed class Hits(SendStore sends, BusinessClock clock, WorkSignals signals, ILogger<Hits> logger)
{
    private static readonly string[] PurposeHeaders = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

    /// <summary>Whether it was recorded, and perhaps a person's.</summary>
    public async Task<bool> RecordAsync(MailLink link, HttpContext http)
    {
        try
        {
            // Nothing is recorded of somebody who was forgotten, or of a mail that is gone.
            if (await sends.FindLinkedAsync(link.Slot, link.SendId, http.RequestAborted) is not { IsErased: false } send) return false;
            await sends.RecordHitAsync(send, link is MailLink.Click or MailLink.Answer, IsMachine(http.Request), clock.Now, http.RequestAborted);
            signals.Events.Raise();
            return !IsMachine(http.Request);
        }
        catch (DbException problem)
        {
            // The reader gets the picture, or to the page, whatever our database does.
            logger.LogError(problem, "A hit on send {Send} could not be recorded", link.SendId);
            return false;
        }
    }

    /// <summary>What no person does: a look at the header only, or a fetch before anybody asked (reference: mail.md §1.10 R1).</summary>
    private static bool IsMachine(HttpRequest request) =>
        HttpMethods.IsHead(request.Method)
        || PurposeHeaders.Any(name => request.Headers[name].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase));
}
