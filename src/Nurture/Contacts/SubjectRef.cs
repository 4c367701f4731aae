namespace Nurture.Contacts;

/// <summary>Whom a scenario is about. The numbers are stored.</summary>
public enum SubjectKind : byte
{
    Contact = 1,
    Account = 2,
}

public readonly record struct SubjectRef(SubjectKind Kind, long Id)
{
    public static SubjectRef Contact(long id) => new(SubjectKind.Contact, id);

    public static SubjectRef Account(long id) => new(SubjectKind.Account, id);

    /// <summary>The form used in the API, the journal and messages: <c>contact:17</c>, <c>account:4</c>.</summary>
    public override string ToString() => $"{(Kind == SubjectKind.Contact ? "contact" : "account")}:{Id}";
}
