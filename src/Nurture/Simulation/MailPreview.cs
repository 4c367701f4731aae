using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Sessions;
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
        inputs["unsubscribe_url"] = draft.Class == SendClass.Transactional ? TemplateValue.Null : "https://example.com/u/preview";
        if (inputs[SessionFacts.Name].TryGetObject(out var session)) session[SessionFacts.RegisterUrl] = session[SessionFacts.CancelUrl] = "https://example.com/s/preview";
        AskLinks.Fill(inputs, value => $"https://example.com/a/{Uri.EscapeDataString(value)}");
        return MailRenderer.Render(template, templates.LayoutOf(template), inputs, new RenderOptions { Now = draft.PlannedAt, Seed = Draws.Seed(draft.Id) });
    }
}
