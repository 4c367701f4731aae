using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>What became of one attempt to send, as the ledger needs to know it.</summary>
/// <param name="Reply">What the other side said, or what happened instead; for people, one line.</param>
public abstract record Attempt(string Reply)
{
    /// <summary>The other side has taken it over.</summary>
    public sealed record Accepted(string Reply) : Attempt(Reply);

    /// <summary>Not now (a 4xx).</summary>
    public sealed record Deferred(string Reply) : Attempt(Reply);

    /// <summary>The address does not exist (5.1.x): never mail it again.</summary>
    public sealed record AddressUnknown(string Reply) : Attempt(Reply);

    /// <summary>The mailbox is full or disabled: this mail is over, the address may recover.</summary>
    public sealed record MailboxUnavailable(string Reply) : Attempt(Reply);

    /// <summary>The sender or the content is refused. Says nothing about the recipient.</summary>
    public sealed record Refused(string Reply) : Attempt(Reply);

    /// <summary>The template failed on these inputs; <c>Reply</c> says where.</summary>
    public sealed record NotRendered(string Reply) : Attempt(Reply);

    /// <summary>The address cannot be written as one.</summary>
    public sealed record NotAddressable(string Reply) : Attempt(Reply);

    /// <summary>Our own mistake; trying again would make it again.</summary>
    public sealed record Broken(string Reply) : Attempt(Reply);

    /// <summary>Nothing was tried: no connection, no time left, or we are stopping. Surely not handed over, and no attempt.</summary>
    /// <param name="Pause">How long not to try again.</param>
    public sealed record NotTried(string Reply, TimeSpan Pause) : Attempt(Reply);

    /// <summary>The connection ended after the final dot and before an answer.</summary>
    public sealed record Unanswered(string Reply) : Attempt(Reply);
}

/// <summary>How the ledger goes on after an attempt.</summary>
/// <param name="NotBefore">For <see cref="SendState.Planned"/>: the next attempt.</param>
/// <param name="Reason">A planned send bears <see cref="Engine.Reason.Uncertain"/> where an earlier attempt may have delivered it.</param>
/// <param name="Suppresses">The address is never mailed again.</param>
public sealed record Settlement(SendState State, Reason? Reason, DateTimeOffset? NotBefore, bool IsAttempt, bool Suppresses, string Reply);

/// <summary>
/// Which state of a send may follow which, and why:
/// <code>
/// planned ──► claimed ──► handed ──► sent
///   ▲ │          │          ├──► failed, expired      the answer to the final dot was a refusal
///   │ │          │          └──► uncertain ──► sent   no answer; a late one still counts
///   │ │          ├──► failed, expired, skipped, cancelled
///   └─┼──────────┴── deferred, lease expired; from handed: deferred, abandoned, or a transactional mail without an answer
///     └──► skipped, expired, cancelled
/// </code>
/// A transactional mail that was planned again without an answer ends as <i>uncertain</i> where another would be skipped,
/// expired or cancelled, from planned and from claimed. Whatever is not drawn here, no statement of the store does.
/// </summary>
public static class Ledger
{
    /// <summary>From the claim to the final dot: a worker that was slower must not take the last step.</summary>
    public static readonly TimeSpan ClaimToDot = TimeSpan.FromSeconds(30);

    /// <summary>A transactional mail without an answer is sent again after this, should a late answer or a report still come.</summary>
    public static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(10);

    // reference: RFC 5321 §4.5.4.1 asks for 30 minutes in general, and two attempts within the first hour; our choice is denser at first.
    private static readonly TimeSpan[] Retries =
        [.. new double[] { 1, 5, 15, 30, 60, 120, 180, 240 }.Select(TimeSpan.FromMinutes)];

    private static readonly Dictionary<SendState, SendState[]> Next = new()
    {
        [SendState.Planned] = [SendState.Claimed, SendState.Skipped, SendState.Expired, SendState.Cancelled, SendState.Uncertain],
        [SendState.Claimed] = [SendState.Planned, SendState.Handed, SendState.Failed, SendState.Expired, SendState.Skipped, SendState.Cancelled, SendState.Uncertain],
        [SendState.Handed] = [SendState.Sent, SendState.Planned, SendState.Failed, SendState.Expired, SendState.Uncertain],
        [SendState.Uncertain] = [SendState.Sent],
        [SendState.Sent] = [],
        [SendState.Failed] = [],
        [SendState.Expired] = [],
        [SendState.Skipped] = [],
        [SendState.Cancelled] = [],
    };

    public static bool MayFollow(SendState from, SendState to) => Next[from].Contains(to);

    /// <summary>The states that <paramref name="to"/> may follow: what a guarded update asks for.</summary>
    public static IEnumerable<SendState> Before(SendState to) => Next.Where(pair => pair.Value.Contains(to)).Select(pair => pair.Key);

    /// <summary>Over for good, as far as we ourselves can tell.</summary>
    public static bool IsOver(SendState state) => state is not (SendState.Planned or SendState.Claimed or SendState.Handed);

    /// <summary>Whether the enrollment is told: it went on believing that the mail leaves.</summary>
    public static bool IsTold(SendState state) => state is SendState.Failed or SendState.Expired or SendState.Skipped or SendState.Uncertain;

    /// <param name="attempts">Attempts made before this one.</param>
    /// <param name="mayHaveLeft">An earlier attempt ended without an answer.</param>
    public static Settlement Settle(
        Attempt attempt, SendClass sendClass, int attempts, bool mayHaveLeft, long seed, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        return attempt switch
        {
            Attempt.Accepted => Over(SendState.Sent, null),
            Attempt.Deferred => Again(now + RetryAfter(attempts + 1, seed), mayHaveLeft),
            Attempt.NotTried notTried => Plan(now + notTried.Pause, isAttempt: false, mayHaveLeft),
            Attempt.AddressUnknown => Over(SendState.Failed, Reason.Bounced) with { Suppresses = true },
            Attempt.MailboxUnavailable => Over(SendState.Failed, Reason.Bounced),
            Attempt.Refused => Over(SendState.Failed, Reason.Refused),
            Attempt.NotRendered => Over(SendState.Failed, Reason.RenderFailed),
            Attempt.NotAddressable => Over(SendState.Failed, Reason.NoAddress),
            Attempt.Broken => Over(SendState.Failed, Reason.Internal),
            // Marketing and service never twice, transactional never lost (DESIGN.md §7).
            Attempt.Unanswered when sendClass == SendClass.Transactional => Again(now + RepeatAfter, mayHaveLeft: true),
            Attempt.Unanswered => Over(SendState.Uncertain, Reason.Uncertain),
            _ => throw new InvalidOperationException($"The ledger does not know {attempt.GetType().Name}."),
        };

        Settlement Over(SendState state, Reason? reason) => new(state, reason, null, true, false, attempt.Reply);

        Settlement Plan(DateTimeOffset at, bool isAttempt, bool left) =>
            new(SendState.Planned, left ? Reason.Uncertain : null, at, isAttempt, false, attempt.Reply);

        Settlement Again(DateTimeOffset at, bool mayHaveLeft)
        {
            if (at < expiresAt) return Plan(at, isAttempt: true, mayHaveLeft);
            var (state, reason) = OnExpiry(mayHaveLeft);
            return Over(state, reason);
        }
    }

    /// <summary>How long to wait after so many attempts: ±20 %, drawn from the send's seed, so that a replay waits as long.</summary>
    public static TimeSpan RetryAfter(int attempts, long seed)
    {
        var wait = Retries[Math.Clamp(attempts, 1, Retries.Length) - 1];
        return wait * (0.8 + 0.4 * Draw(seed, attempts));
    }

    /// <summary>What a send is whose time ran out before it was claimed.</summary>
    public static (SendState State, Reason Reason) OnExpiry(bool mayHaveLeft) =>
        mayHaveLeft ? (SendState.Uncertain, Reason.Uncertain) : (SendState.Expired, Reason.Expired);

    /// <summary>What a send is that may have left before the database was restored from a backup.</summary>
    public static (SendState State, Reason Reason) OnLostTrack => (SendState.Uncertain, Reason.Uncertain);

    /// <summary>What a send is that the claim does not let through.</summary>
    public static (SendState State, Reason Reason) OnSkip(bool mayHaveLeft, Reason reason) =>
        mayHaveLeft ? (SendState.Uncertain, Reason.Uncertain) : (SendState.Skipped, reason);

    private static double Draw(long seed, int attempts)
    {
        var mixed = unchecked((ulong)seed * 0x9E3779B97F4A7C15UL + (ulong)attempts * 0xD1B54A32D192ED03UL);
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93UL;
        return ((mixed ^ (mixed >> 32)) >> 11) * (1.0 / (1UL << 53));
    }
}
