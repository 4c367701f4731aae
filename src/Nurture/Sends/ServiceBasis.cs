using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>By what a deployment knows that an account has a live trial or contract: the ground for service mails (SEMANTICS.md 36).</summary>
/// <param name="Condition">Over attributes of the account and the clock alone, so that it can be asked of a stored row.</param>
public sealed record ServiceBasis(Condition Condition)
{
    /// <summary>An account of which none of these attributes was ever told is not refused: there is nothing to go by.</summary>
    public bool IsGivenBy(AccountState account, Catalog catalog, DateTimeOffset at) =>
        Condition.AccountAttributes.All(name => account[name].IsNull) || Condition.Evaluate(Asked(account, catalog, at)) != Truth.False;

    internal long NextChangeMs(AccountState account, Catalog catalog, DateTimeOffset at) => Condition.NextChangeMs(Asked(account, catalog, at));

    private static ConditionContext Asked(AccountState account, Catalog catalog, DateTimeOffset at) => new() { Catalog = catalog, At = at, Account = account };
}
