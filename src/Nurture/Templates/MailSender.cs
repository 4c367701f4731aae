using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Templates;

/// <summary>Who writes a mail, and where its answers go: the step says it, else the mail, else the policy.</summary>
public static class MailSender
{
    /// <param name="step">What the step says: an identity, <see cref="Step.Send.FromOwner"/>, or null where it says nothing.</param>
    /// <returns>Null for the policy's sender as it is.</returns>
    public static Sender? Of(SendPolicy policy, string? step, MailTemplate? mail, AccountState? account)
    {
        var writer = (step ?? mail?.From) switch
        {
            null => null,
            Step.Send.FromOwner => Text(account, "owner") is { } owner && owner.Contains('@') ? policy.SenderOf(owner, Text(account, "owner_name")) : null,
            var identity => policy.Identities.GetValueOrDefault(identity),
        };
        // Where the step lets somebody else write, answers go to them.
        return step is null && mail?.ReplyTo is { } replyTo ? (writer ?? policy.Sender) with { ReplyTo = replyTo } : writer;
    }

    /// <summary>The identity in whose name it leaves, by which sending can be stopped: one of the policy, <see cref="Step.Send.FromOwner"/>, or empty for the policy's sender.</summary>
    public static string IdentityOf(SendPolicy policy, string? step, MailTemplate? mail, AccountState? account) =>
        (step ?? mail?.From) is { } said && Of(policy, step, mail, account) is { } writer && (said != Step.Send.FromOwner || writer.Address != policy.Sender.Address) ? said : "";

    private static string? Text(AccountState? account, string attribute) => account?[attribute] is { Kind: ValueKind.Text } text ? text.AsText : null;
}
