using Nurture.Contacts;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>What people call subjects that a list names by their ids.</summary>
internal sealed class Named(IReadOnlyDictionary<SubjectRef, (string? Name, string? Email)> names)
{
    public (string? Name, string? Email) Of(SubjectRef subject) => names.GetValueOrDefault(subject);

    public static async Task<Named> OfAsync(IEnumerable<SubjectRef> subjects, ContactStore contacts, AccountStore accounts, CancellationToken cancel)
    {
        var all = subjects.Where(subject => subject.Id > 0).Distinct().ToList();
        var found = new Dictionary<SubjectRef, (string?, string?)>();
        var people = all.Where(subject => subject.Kind == SubjectKind.Contact).Select(subject => subject.Id).ToList();
        if (people.Count > 0)
        {
            foreach (var person in await contacts.FindAsync(people, cancel)) found[SubjectRef.Contact(person.Id)] = (person.Name, person.Email);
        }

        var companies = all.Where(subject => subject.Kind == SubjectKind.Account).Select(subject => subject.Id).ToList();
        if (companies.Count > 0)
        {
            foreach (var account in await accounts.FindAsync(companies, cancel)) found[SubjectRef.Account(account.Id)] = (account.Name ?? account.ExternalId, null);
        }

        return new(found);
    }
}
