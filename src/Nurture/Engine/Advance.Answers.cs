using System.Globalization;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Answers to the questions that mails ask: the last one counts, and what went on by an earlier one is not undone.</summary>
internal sealed partial class Advance
{
    /// <summary>What the person said: an event of theirs, and an attribute where the question says so. Then the passage that asked hears it.</summary>
    private void Answered(Signal.Answered signal)
    {
        var at = signal.At;
        if (set.Contact(slot, signal.RecipientId) is not { Status: not ContactStatus.Erased } person) return;
        CatchUp(person, at, isInclusive: false);
        if (signal.Subject.Kind == SubjectKind.Account && set.Account(slot, NowOf(person, signal.Subject.Id)) is { } account && !IsParked(account)) HearAnswer(account, signal);
        else if (signal.Subject.Kind == SubjectKind.Contact) HearAnswer(person, signal);

        Happened(person, ProductEvents.Answered, at, Properties(
            ("scenario", AttributeValue.From(signal.Scenario)), ("step", AttributeValue.From(signal.Step)), ("template", AttributeValue.From(signal.Template)),
            ("enrollment", AttributeValue.From(IdOf(signal.EnrollmentId))), ("answer", AttributeValue.From(signal.Answer)),
            ("score", signal.IsScore && double.TryParse(signal.Answer, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var score) ? AttributeValue.From(score) : default),
            ("comment", signal.Comment.Length > 0 ? AttributeValue.From(signal.Comment) : default)));
        if (AttributeRef.Parse(signal.Sets) is { } sets && (sets.Of == SubjectKind.Contact ? person : (SubjectState?)AccountOf(person)) is { } on
            && AttributeText.TryRead(signal.Answer, catalog.Plan.Attribute(sets.Of, sets.Name)?.Type, isPlain: !signal.IsScore || catalog.Plan.Attribute(sets.Of, sets.Name) is not null, out var value))
        {
            SetBy(person, on, sets.Name, value, at);
        }

        Settle(person, at);
        Rest(person, at);
    }

    private void HearAnswer(SubjectState subject, Signal.Answered signal)
    {
        var at = signal.At;
        CatchUp(subject, at, isInclusive: false);
        var enrollment = subject.Enrollments.Find(e => e.Id == signal.EnrollmentId);
        var send = enrollment is null ? null : SendOf(subject, enrollment, signal.Step, signal.RecipientId, signal.SendId);
        var before = send?.Answer;
        if (send is not null)
        {
            (send.Answer, send.AnsweredAt) = (signal.Answer, at);
            // Who answers has read it.
            send.ClickedAt ??= at;
            send.OpenedAt ??= at;
        }

        var detail = before is null || before == signal.Answer
            ? Detail(("template", signal.Template), ("answer", signal.Answer))
            : Detail(("template", signal.Template), ("answer", signal.Answer), ("before", before));
        Note(subject.Ref, signal.Scenario, enrollment?.Version ?? 0, signal.EnrollmentId, signal.Step,
            before is null || before == signal.Answer ? Reason.Answered : Reason.AnswerChanged, at, signal.RecipientId, detail);
        if (subject is not AccountState) return;
        Settle(subject, at);
        Rest(subject, at);
    }

    private static bool Asks(Scenario scenario) => Step.All(scenario.Steps).Any(step => step is Step.Send { Asks: not null });

    private static bool Asks(Scenario scenario, string id) => Step.All(scenario.Steps).Any(step => step.Id == id && step is Step.Send { Asks: not null });

    private static bool IsAnswerTo(Enrollment enrollment, OccurredEvent happened) => happened.Name == ProductEvents.Answered && happened["enrollment"].ToString() == IdOf(enrollment.Id);

    private static string IdOf(long id) => id.ToString(CultureInfo.InvariantCulture);
}
