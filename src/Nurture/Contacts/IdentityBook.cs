namespace Nurture.Contacts;

/// <summary>
/// The ids that a batch of messages speaks of, and whose they are. It is filled with what is on record; resolving
/// messages changes it, and <see cref="Changes"/> says how.
/// </summary>
public sealed class IdentityBook
{
    /// <summary>
    /// How much later a message must be before the time of a browser's link is written again: every page view of a
    /// signed-in browser would be a write otherwise. Messages of two users of one browser that arrive in the wrong order
    /// within this time may leave it with the former one, until the other's next message.
    /// </summary>
    public static readonly TimeSpan LinkTimeGrain = TimeSpan.FromMinutes(10);

    private readonly Dictionary<IdentityKey, Link> links = [];
    private readonly Dictionary<IdentityKey, (Identified Contact, DateTimeOffset LinkedAt)> recorded = [];
    private readonly List<IdentityChange> changes = [];
    private readonly Dictionary<IdentityKey, DateTimeOffset> touched = [];

    private readonly record struct Link(Identified Contact, DateTimeOffset LinkedAt, bool IsWeak);

    public IReadOnlyList<IdentityChange> Changes => changes;

    /// <summary>Later times of links that are otherwise as they were.</summary>
    public IReadOnlyDictionary<IdentityKey, DateTimeOffset> Touched => touched;

    /// <summary>Whose the id is now, the time of its link and whether only a mail's link says so; it must be one that is on record or was attached.</summary>
    public (Identified Contact, DateTimeOffset LinkedAt, bool IsWeak) this[IdentityKey key] => (links[key].Contact.Now, links[key].LinkedAt, links[key].IsWeak);

    /// <summary>Whose ids were, and since when, before anything was resolved.</summary>
    public IReadOnlyDictionary<IdentityKey, (Identified Contact, DateTimeOffset LinkedAt)> Recorded => recorded;

    public void Record(IdentityKey key, Identified contact, DateTimeOffset linkedAt, bool isWeak = false)
    {
        links[key] = new(contact, linkedAt, isWeak);
        recorded[key] = (contact, linkedAt);
    }

    /// <summary>Whom a message is about.</summary>
    /// <param name="userId">May be null when <paramref name="anonymousId"/> is not.</param>
    public Identified Resolve(string @namespace, string? userId, string? anonymousId, DateTimeOffset at, string? messageId)
    {
        var word = new Word(at, messageId);
        if (userId is null) return Browser(new(@namespace, IdentityKind.Anonymous, anonymousId!), word);
        var user = new IdentityKey(@namespace, IdentityKind.User, userId);
        return anonymousId is null ? User(user, word) : Both(user, new(@namespace, IdentityKind.Anonymous, anonymousId), word);
    }

    /// <summary>
    /// The browser came by a link in a mail to somebody: from now on it is taken for theirs, until somebody says who it is.
    /// It never is taken from a person who said so, and what it did before stays where it is.
    /// </summary>
    /// <param name="reason">Kept as evidence.</param>
    public void Visit(IdentityKey browser, Identified recipient, DateTimeOffset at, string reason)
    {
        var word = new Word(at, reason);
        var holder = Find(browser, word);
        if (holder == recipient) return;
        if (holder is null) Attach(browser, recipient, word, isWeak: true);
        else if (!holder.IsKnown || links[browser].IsWeak) Repoint(browser, holder, recipient, word, isWeak: true);
    }

    /// <summary>
    /// The user is also whom <paramref name="previousId"/> names. A browser follows the rules of one; a user is merged,
    /// since this was said in so many words. An id that nobody has seen waits for its first message.
    /// </summary>
    public Identified Alias(string @namespace, string previousId, string userId, DateTimeOffset at, string? messageId)
    {
        var word = new Word(at, messageId);
        var user = new IdentityKey(@namespace, IdentityKind.User, userId);
        var formerUser = new IdentityKey(@namespace, IdentityKind.User, previousId);
        if (previousId == userId) return User(user, word);
        if (links.TryGetValue(formerUser, out var former))
        {
            if (Find(user, word) is not { } target) return Attach(user, former.Contact.Now, word);
            Merge(former.Contact.Now, target, formerUser, word);
            return target;
        }
        var browser = new IdentityKey(@namespace, IdentityKind.Anonymous, previousId);
        return Both(user, links.ContainsKey(browser) ? browser : new(@namespace, IdentityKind.Former, previousId), word);
    }

    private readonly record struct Word(DateTimeOffset At, string? MessageId);

    private Identified User(IdentityKey user, Word word) => Find(user, word) ?? Create(user, word);

    private Identified Browser(IdentityKey browser, Word word) => Find(browser, word) ?? Create(browser, word);

    private Identified Both(IdentityKey user, IdentityKey browser, Word word)
    {
        var person = Find(user, word);
        var holder = Find(browser, word);
        // Whom a mail's link points to is no less somebody for having no user id, and gives way to whoever says who they are.
        var isWeak = holder is not null && links[browser].IsWeak;
        BrowserLink? link = holder is null ? null : new(holder == person, holder.IsKnown || isWeak, isWeak ? DateTimeOffset.MinValue : links[browser].LinkedAt);
        switch (IdentityRules.Decide(person is not null, link, word.At))
        {
            case IdentityDecision.Nothing:
                if (isWeak) SetLinkTime(browser, person!, word.At);
                else Touch(browser, person!, word.At);
                return person!;
            case IdentityDecision.CreateWithBoth:
                person = Create(user, word);
                return Attach(browser, person, word);
            case IdentityDecision.NameBrowsersContact:
                Attach(user, holder!, word);
                SetLinkTime(browser, holder!, word.At);
                return holder!;
            case IdentityDecision.AttachBrowser:
                return Attach(browser, person!, word);
            case IdentityDecision.MergeBrowsersContact:
                Merge(holder!, person!, browser, word);
                SetLinkTime(browser, person!, word.At);
                return person!;
            case IdentityDecision.RepointBrowser:
                return Repoint(browser, holder!, person!, word);
            case IdentityDecision.CreateAndRepointBrowser:
                return Repoint(browser, holder!, Create(user, word), word);
            case IdentityDecision.CreateApart:
                return Create(user, word);
            default:
                throw new InvalidOperationException("No such decision.");
        }
    }

    /// <summary>Whose the id is, an alias that came first included; null when nobody's.</summary>
    private Identified? Find(IdentityKey key, Word word)
    {
        if (links.TryGetValue(key, out var link)) return link.Contact.Now;
        if (key.Kind == IdentityKind.Former || !links.TryGetValue(key with { Kind = IdentityKind.Former }, out var announced)) return null;
        // The browser was that user's at the time of the alias, not of this message.
        return Attach(key, announced.Contact.Now, word with { At = announced.LinkedAt });
    }

    private Identified Create(IdentityKey first, Word word)
    {
        var contact = new Identified { IsNew = true, First = first, CreatedAt = word.At };
        changes.Add(new IdentityChange.Created(contact, word.At, word.MessageId));
        return Attach(first, contact, word);
    }

    private Identified Attach(IdentityKey key, Identified contact, Word word, bool isWeak = false)
    {
        links[key] = new(contact, word.At, isWeak);
        contact.IsKnown |= key.Kind == IdentityKind.User;
        changes.Add(new IdentityChange.Attached(key, contact, word.At, word.MessageId, isWeak));
        return contact;
    }

    private Identified Repoint(IdentityKey key, Identified from, Identified to, Word word, bool isWeak = false)
    {
        links[key] = new(to, word.At, isWeak);
        touched.Remove(key);
        changes.Add(new IdentityChange.Repointed(key, from, to, word.At, word.MessageId, isWeak));
        return to;
    }

    private void Merge(Identified from, Identified into, IdentityKey because, Word word)
    {
        if (from == into) return;
        from.MergedInto = into;
        into.IsKnown |= from.IsKnown;
        if (from.IsNew && into.IsNew && from.CreatedAt < into.CreatedAt) into.CreatedAt = from.CreatedAt;
        changes.Add(new IdentityChange.Merged(from, into, because, word.At, word.MessageId));
    }

    private void Touch(IdentityKey browser, Identified person, DateTimeOffset at)
    {
        // Where the browser has been somebody else's since, its link is not this message's to renew.
        var link = links[browser];
        if (link.Contact.Now == person && at >= link.LinkedAt + LinkTimeGrain) SetLinkTime(browser, person, at);
    }

    private void SetLinkTime(IdentityKey browser, Identified person, DateTimeOffset at)
    {
        links[browser] = new(person, at, IsWeak: false);
        touched[browser] = at;
    }
}
