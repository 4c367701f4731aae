using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>AUTH PLAIN (RFC 4616) or LOGIN, over TLS or within this machine and nowhere else.</summary>
internal sealed class SmtpAuth(SmtpChannel channel, TimeSpan timeout)
{
    public async ValueTask LogInAsync(SmtpCredentials credentials, SmtpCapabilities capabilities, CancellationToken cancel)
    {
        if (!channel.IsEncrypted && !channel.IsLoopback)
            throw SmtpFailure.Config(SendPhase.Auth, "The connection is not encrypted, so the password was not sent.");
        if (capabilities.AuthMechanisms.Contains("PLAIN"))
            await PlainAsync(credentials, cancel);
        else if (capabilities.AuthMechanisms.Contains("LOGIN"))
            await LoginAsync(credentials, cancel);
        else
            throw SmtpFailure.Config(SendPhase.Auth, $"The server offers neither AUTH PLAIN nor LOGIN{(capabilities.AuthMechanisms is [] ? "" : $", but {string.Join(", ", capabilities.AuthMechanisms)}")}.");
    }

    private async ValueTask PlainAsync(SmtpCredentials credentials, CancellationToken cancel)
    {
        var response = Base64($"\0{credentials.User}\0{credentials.Password}");
        // RFC 4954 §4: a response that would make the line too long waits for the server's 334.
        var isShort = response.Length <= 490;
        var reply = await AskAsync(isShort ? $"AUTH PLAIN {response}" : "AUTH PLAIN", "AUTH PLAIN (secret)", cancel);
        if (reply.Code == 334 && !isShort)
            reply = await AskAsync(response, "(secret)", cancel);
        CheckDone(reply);
    }

    private async ValueTask LoginAsync(SmtpCredentials credentials, CancellationToken cancel)
    {
        var reply = await AskAsync("AUTH LOGIN", "AUTH LOGIN", cancel);
        if (reply.Code == 334)
            reply = await AskAsync(Base64(credentials.User), "(user)", cancel);
        if (reply.Code == 334)
            reply = await AskAsync(Base64(credentials.Password), "(secret)", cancel);
        CheckDone(reply);
    }

    private async ValueTask<SmtpReply> AskAsync(string line, string shown, CancellationToken cancel)
    {
        channel.Transcript.Note(shown);
        await channel.WriteLineAsync(line, timeout, cancel, isShown: false);
        return await channel.ReadReplyAsync(timeout, cancel);
    }

    private static void CheckDone(SmtpReply reply)
    {
        if (reply.Code == 235)
            return;
        // 454 is "temporary authentication failure", and yet no password will be right for the next message: stop and tell somebody.
        var isOurs = reply.IsPermanent || reply.Code == 454;
        throw SmtpFailure.Answer(SendPhase.Auth, isOurs ? SendOutcomeKind.Config : SendOutcomeKind.ConnectionTemp, reply);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
