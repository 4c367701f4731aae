namespace Nurture.Mail;

public static class HeaderNames
{
    public const string From = "From";
    public const string To = "To";
    public const string ReplyTo = "Reply-To";
    public const string Subject = "Subject";
    public const string Date = "Date";
    public const string MessageId = "Message-ID";

    /// <summary>RFC 2369; see <see cref="Mail.ListUnsubscribe"/>.</summary>
    public const string ListUnsubscribe = "List-Unsubscribe";

    /// <summary>RFC 8058; see <see cref="Mail.ListUnsubscribe"/>.</summary>
    public const string ListUnsubscribePost = "List-Unsubscribe-Post";

    /// <summary>RFC 2919: <c>Title &lt;name.example.com&gt;</c>.</summary>
    public const string ListId = "List-Id";

    /// <summary>At most four fields divided by colons, the last a stable name of the sender; Gmail counts complaints by it.</summary>
    public const string FeedbackId = "Feedback-ID";

    /// <summary>RFC 3834, <c>auto-generated</c>: for service mails only. On marketing it would keep out-of-office answers away.</summary>
    public const string AutoSubmitted = "Auto-Submitted";

    /// <summary>Our own name of a send, for finding it in what bounces.</summary>
    public const string Send = "X-Nurture-Send";
}
