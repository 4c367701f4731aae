namespace Nurture.Mail;

/// <summary>A message or an address that cannot be written as mail: the author's or the data's mistake, never the network's.</summary>
public sealed class MailFormatException(string message) : FormatException(message);
