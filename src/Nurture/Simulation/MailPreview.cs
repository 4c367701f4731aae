using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Simulation;

/// <summary>The mail that a simulated send would have been.</summary>
public static class MailPreview
{
    /// <exception cref="TemplateException">A template reads what this mail's inputs do not have.</exception>
    public static RenderedMail Render(SimulatedSend send, MailTemplateLibrary templates, Sender sender)
    {
        var draft = send.Draft;
        var template = templates.Find(draft.Template, draft.Locale)
            ?? throw new TemplateException(draft.Template, 1, 1, $"there is no template \"{draft.Template}\" for readers of \"{draft.Locale}\"");
        var inputs = MailRenderer.ReadInputs(draft.Inputs, sender);
        MailSample.LeadNowhere(inputs, draft.Class == SendClass.Transactional, "https://example.com");
        return MailRenderer.Render(template, templates.LayoutOf(template), inputs, new RenderOptions { Now = draft.PlannedAt, Seed = Draws.Seed(draft.Id) });
    }
}
