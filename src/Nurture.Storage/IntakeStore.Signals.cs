using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    private static readonly Dictionary<string, AttributeValue> NothingSaid = [];

    /// <summary>What the slots are told, in the order of the messages; merges first, so that what follows finds one contact.</summary>
    private static class Signals
    {
        public static List<StoredEvent> Of(List<Message> messages, IdentityBook book, Accounts accounts)
        {
            var events = new List<StoredEvent>(messages.Count + 8);
            if (messages.Count == 0) return events;

            var first = messages[0].Submission;
            foreach (var merged in book.Changes.OfType<IdentityChange.Merged>())
            {
                if (merged.From.IsNew) continue;
                var into = merged.From.Now;
                events.Add(SignalCodec.Store(new Signal.MergedInto(merged.From.Id, into.Id, into.Slot, into.Hop, merged.At), merged.From.Slot,
                    new StoredAbout(first.ReceivedAt, first.SourceId, merged.From.Hop, first.Correlation)));
            }

            var introduced = new HashSet<Identified>();
            var describedAccounts = new HashSet<long>();
            foreach (var message in messages) new Teller(message, accounts, introduced, describedAccounts, events).Tell();
            return events;
        }
    }

    private sealed class Teller(Message message, Accounts accounts, HashSet<Identified> introduced, HashSet<long> describedAccounts, List<StoredEvent> events)
    {
        private readonly Identified? contact = message.Contact?.Now;
        private readonly FoundAccount? account = accounts.Of(message);

        private DateTimeOffset At => message.Item.OccurredAt;

        public void Tell()
        {
            if (account is { IsNew: true } && message.Item is not IntakeItem.Grouped && describedAccounts.Add(account.Id)) TellAccount(NothingSaid);
            if (message.Item is IntakeItem.Described described) Describe(described.Attributes, described.Roles);
            else if (contact is not null && IsNews(contact)) Describe(NothingSaid, []);

            switch (message.Item)
            {
                case IntakeItem.Occurred occurred:
                    Occur(occurred);
                    break;
                case IntakeItem.Grouped grouped:
                    if (grouped.Attributes.Count > 0 || (account!.IsNew && describedAccounts.Add(account.Id))) TellAccount(grouped.Attributes);
                    if (contact is not null) Join(account!, grouped.Roles);
                    break;
            }
        }

        /// <summary>Whether the contact's slot does not know yet that there is such a contact, or that it has a name.</summary>
        private bool IsNews(Identified contact) => (contact.IsNew || (contact.IsKnown && !contact.WasKnown)) && introduced.Add(contact);

        private void Describe(IReadOnlyDictionary<string, AttributeValue> attributes, IReadOnlyList<string> roles)
        {
            introduced.Add(contact!);
            ToContact(new Signal.Described(contact!.Id, attributes, At, contact.IsKnown, message.Submission.Basis, message.Submission.CountsOnly));
            if (account is not null) Join(account, roles);
            else if (roles.Count > 0) ToContact(new Signal.Grouped(contact.Id, 0, 0, roles, At, message.Submission.CountsOnly));
        }

        private void Join(FoundAccount joined, IReadOnlyList<string> roles) =>
            ToContact(new Signal.Grouped(contact!.Id, joined.Id, joined.Slot, roles, At, message.Submission.CountsOnly));

        private void Occur(IntakeItem.Occurred occurred)
        {
            var happened = new OccurredEvent(0, occurred.Name, contact?.Id ?? 0, account?.Id ?? 0, At, message.Submission.ReceivedAt, occurred.Properties);
            events.Add(SignalCodec.Store(new Signal.Occurred(happened, message.Submission.CountsOnly), contact?.Slot ?? account!.Slot, About(contact?.Hop ?? 0)));
        }

        private void TellAccount(IReadOnlyDictionary<string, AttributeValue> attributes) =>
            events.Add(SignalCodec.Store(new Signal.AccountDescribed(account!.Id, attributes, At, message.Submission.CountsOnly), account.Slot, About(0)));

        private void ToContact(Signal signal) => events.Add(SignalCodec.Store(signal, contact!.Slot, About(contact.Hop)));

        private StoredAbout About(int hop) => new(message.Submission.ReceivedAt, message.Submission.SourceId, hop, message.Submission.Correlation);
    }
}
