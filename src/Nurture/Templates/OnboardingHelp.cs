using System.Text.RegularExpressions;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Templates;

/// <summary>Whether the mails of an onboarding make clear where to ask for help.</summary>
internal static partial class OnboardingHelp
{
    /// <summary>By its stream, the topic, or its name: <c>trial-onboarding</c>, though not what comes <c>after-onboarding</c>.</summary>
    public static bool IsOnboarding(Scenario scenario, Step.Send send) =>
        new[] { scenario.Stream, send.Topic ?? scenario.Topic, scenario.Name }.Any(word => word is not null && Onboarding().IsMatch(word));

    /// <summary>Where the mail's answers go, if that is an address of machines; null where people read them, or nobody knows.</summary>
    public static string? NobodyReading(SendPolicy policy, Step.Send send, MailTemplate mail)
    {
        if ((send.From ?? mail.From) == Step.Send.FromOwner) return null;
        var sender = MailSender.Of(policy, send.From, mail, account: null) ?? policy.Sender;
        var address = sender.ReplyTo ?? sender.Address;
        return Machines().IsMatch(address) ? address : null;
    }

    /// <summary>The mail or its layout shows an address to write or to call, a link to help, or who looks after the account.</summary>
    public static bool IsSaid(MailTemplate mail, MailTemplate? layout) =>
        new[] { mail, layout }.OfType<MailTemplate>().Any(text => Way().IsMatch(text.Text) || text.Body.Names.Any(name => name is "sender.reply_to" or "account.owner"));

    [GeneratedRegex(@"(?<!after-)\bonboarding\b", RegexOptions.IgnoreCase)]
    private static partial Regex Onboarding();

    [GeneratedRegex(@"^(?:no|do[-_.]?not|never)[-_.]?(?:reply|response)|^(?:bounces?|mailer-daemon|notifications?|automated|robot)(?:[-_.+]|@)", RegexOptions.IgnoreCase)]
    private static partial Regex Machines();

    [GeneratedRegex("""(?:\bhref\s*=\s*["']?|\]\(|\blink:\s*["']?)(?:mailto:|tel:|https?://[^\s"'<>)]*\b(?:help|support|contact|faq|inquiry|inquiries|toiawase|otoiawase)\b)""", RegexOptions.IgnoreCase)]
    private static partial Regex Way();
}
