using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Conditions;

/// <summary><c>event("x")</c>: remembered by the enrollment; false outside of one.</summary>
internal sealed class HasHappened(EventPredicate predicate) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        if (context.Enrollment is not { } enrollment || !(context.Remembered ?? enrollment.EventsSinceEntry).TryGetValue(predicate.Key, out var heard)) return Truth.False;
        if (context.MostLate is { } most && heard.ReceivedAt - heard.OccurredAt > most) return Truth.False;
        return predicate.Since switch
        {
            Since.Entry => Truth.True,
            // What began it, at the very moment it began, is not part of it.
            Since.Step => Of(heard.OccurredAt > enrollment.StepStartedAt),
            Since.Iteration => Of(heard.OccurredAt > enrollment.IterationStartedAt),
        };
    }
}

internal enum SendFact { Sent, Clicked, Opened, Answered }

/// <summary><c>sent</c>, <c>clicked</c>, <c>opened</c>, <c>answered</c> (which takes a step too): about this enrollment's sends of a template, to anybody; inside a repeat about those of the turn.</summary>
internal sealed class SendHas(string template, SendFact fact, bool isInRepeat) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        if (context.Enrollment is not { } enrollment) return Truth.False;
        foreach (var send in enrollment.Sends)
        {
            if (send.Template != template && (fact != SendFact.Answered || send.Step != template)) continue;
            if (isInRepeat && !context.IsOfAllTurns && !enrollment.IsOfTurn(send)) continue;
            var isSo = fact switch
            {
                SendFact.Sent => send.Fate == EnrollmentSendFate.Released,
                SendFact.Clicked => send.ClickedAt is not null,
                SendFact.Opened => send.OpenedAt is not null,
                SendFact.Answered => send.AnsweredAt is not null,
            };
            if (isSo) return Truth.True;
        }

        return Truth.False;
    }
}

/// <summary><c>reachable("mail", class)</c>: whether such a mail might leave as things stand, caps and hours aside.</summary>
internal sealed class Reachable(SendClass @class, string? topic) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        if (context.Contact is not { } contact || context.IsSettling && contact.Email is null) return Truth.Unknown;
        return Of(contact.Status == ContactStatus.Active
            && !contact.IsSuppressed
            && !string.IsNullOrEmpty(contact.Email)
            && Consent.Refuses(contact, context.Account, @class, topic, context.Catalog, context.At) is null);
    }

    public override long NextChange(in ConditionContext context) =>
        @class == SendClass.Service && context is { Account: { } account, Catalog.Policy.ServiceBasis: { } basis } ? basis.NextChangeMs(account, context.Catalog, context.At) : Operand.Never;
}
