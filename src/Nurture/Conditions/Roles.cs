using Nurture.Contacts;

namespace Nurture.Conditions;

/// <summary>The roles of somebody, or of everybody in an account.</summary>
internal abstract class RoleSource
{
    public abstract Truth Has(string role, in ConditionContext context);

    public abstract Truth HasAny(in ConditionContext context);

    /// <summary>All of them; null where they are not known.</summary>
    public abstract IEnumerable<string>? All(in ConditionContext context);

    protected static Truth Of(bool value) => value ? Truth.True : Truth.False;
}

internal sealed class RolesOfContact : RoleSource
{
    public override Truth Has(string role, in ConditionContext context) =>
        context.Contact is { } contact ? Of(contact.Roles.Contains(role)) : Truth.Unknown;

    public override Truth HasAny(in ConditionContext context) =>
        context.Contact is { } contact ? Of(contact.Roles.Count > 0) : Truth.Unknown;

    public override IEnumerable<string>? All(in ConditionContext context) => context.Contact?.Roles;
}

/// <summary>Who did the event: looked up among the account's people, unless it is the very person asked about.</summary>
internal sealed class RolesOfActor(Heard which) : RoleSource
{
    public override Truth Has(string role, in ConditionContext context) =>
        RolesIn(context, out var roles) is var truth && roles is not null ? Of(roles.Contains(role)) : truth;

    public override Truth HasAny(in ConditionContext context) =>
        RolesIn(context, out var roles) is var truth && roles is not null ? Of(roles.Count > 0) : truth;

    public override IEnumerable<string>? All(in ConditionContext context) =>
        RolesIn(context, out var roles) is var truth && roles is not null ? roles : truth == Truth.Unknown ? null : [];

    private Truth RolesIn(in ConditionContext context, out SortedSet<string>? roles)
    {
        roles = null;
        if (context.Event(which) is not { ContactId: not 0 } occurred) return Truth.False;
        if (context.Contact is { } contact && contact.Id == occurred.ContactId) roles = contact.Roles;
        else if (context.Account is null) return Truth.Unknown;
        else if (context.Account.Members.TryGetValue(occurred.ContactId, out var member)) roles = member.Roles;
        return Truth.False;
    }
}

/// <summary>Anybody of the account who has not left.</summary>
internal sealed class RolesOfAccount : RoleSource
{
    public override Truth Has(string role, in ConditionContext context)
    {
        if (context.Account is not { } account) return Truth.Unknown;
        foreach (var member in account.Members.Values)
        {
            if (!member.HasLeft && member.Roles.Contains(role)) return Truth.True;
        }

        return Truth.False;
    }

    public override Truth HasAny(in ConditionContext context)
    {
        if (context.Account is not { } account) return Truth.Unknown;
        foreach (var member in account.Members.Values)
        {
            if (!member.HasLeft && member.Roles.Count > 0) return Truth.True;
        }

        return Truth.False;
    }

    public override IEnumerable<string>? All(in ConditionContext context) =>
        context.Account?.Members.Values.Where(member => !member.HasLeft).SelectMany(member => member.Roles).Distinct().Order(StringComparer.Ordinal);
}

internal sealed class HasRole(RoleSource source, string role) : Test
{
    public override Truth Ask(in ConditionContext context) => source.Has(role, context);
}

internal sealed class HasRoleNamedBy(RoleSource source, Operand role) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        var read = role.Read(context);
        return read.Kind switch
        {
            ReadingKind.Text => source.Has(read.Text!, context),
            ReadingKind.Unknown => Truth.Unknown,
            ReadingKind.Absent or ReadingKind.Boolean or ReadingKind.Number or ReadingKind.Instant or ReadingKind.Date => Truth.False,
        };
    }

    public override long NextChange(in ConditionContext context) => role.NextChange(context);
}

internal sealed class HasAnyRole(RoleSource source) : Test
{
    public override Truth Ask(in ConditionContext context) => source.HasAny(context);
}
