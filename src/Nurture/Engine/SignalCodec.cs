using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Packing;
using Nurture.Scenarios;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>
/// Signals as events of the log, and back. The payload of an occurred event is a byte of flags and then its properties,
/// the JSON object as it came; all else is packed fields. Attributes are stored typed.
/// </summary>
public static class SignalCodec
{
    private const byte CountsOnlyFlag = 1;
    private const byte SentOnFlag = 2;
    private const byte OfStrangerFlag = 4;

    /// <summary>
    /// The signal as a row for the slot. Columns that the signal does not carry (source, hop, reception, correlation)
    /// come from <paramref name="about"/>.
    /// </summary>
    public static StoredEvent Store(Signal signal, short slot, StoredAbout about) => signal switch
    {
        Signal.Occurred s => Row(SignalKind.Occurred, s.Event.ContactId, s.Event.AccountId, s.Event.OccurredAt,
            [(byte)((s.CountsOnly ? CountsOnlyFlag : 0) | (s.IsOfStranger ? OfStrangerFlag : 0)), .. s.Event.Properties.Span]) with { Name = s.Event.Name },
        Signal.Described s => Row(SignalKind.Described, s.ContactId, 0, s.At, Packed(w =>
        {
            WriteAttributes(w, s.Attributes);
            w.Flag(2, s.IsKnown);
            w.Number(3, (long)s.Basis);
            w.Flag(4, s.CountsOnly);
        })),
        Signal.AccountDescribed s => Row(SignalKind.AccountDescribed, 0, s.AccountId, s.At, Packed(w =>
        {
            WriteAttributes(w, s.Attributes);
            w.Flag(4, s.CountsOnly);
        })),
        Signal.Grouped s => Row(SignalKind.Grouped, s.ContactId, s.AccountId, s.At, Packed(w =>
        {
            w.Number(1, s.AccountSlot);
            foreach (var role in s.Roles) w.Text(2, role);
            w.Flag(3, s.CountsOnly);
        })),
        Signal.MergedInto s => Row(SignalKind.MergedInto, s.ContactId, 0, s.At, Packed(w =>
        {
            w.Number(1, s.TargetId);
            w.Number(2, s.TargetSlot);
            w.Number(3, s.TargetHop);
        })),
        Signal.Adopted s => Row(SignalKind.Adopted, s.ContactId, 0, about.ReceivedAt, s.State.ToArray()) with { Hop = s.Hop },
        Signal.Absorbed s => Row(SignalKind.Absorbed, s.ContactId, 0, about.ReceivedAt, Packed(w =>
        {
            w.Number(1, s.FromId);
            w.Bytes(2, s.State.Span);
        })),
        Signal.AccountMergedInto s => Row(SignalKind.AccountMergedInto, 0, s.AccountId, s.At, Packed(w =>
        {
            w.Number(1, s.TargetId);
            w.Number(2, s.TargetSlot);
        })),
        Signal.AccountAbsorbed s => Row(SignalKind.AccountAbsorbed, 0, s.AccountId, about.ReceivedAt, Packed(w =>
        {
            w.Number(1, s.FromId);
            w.Bytes(2, s.State.Span);
        })),
        Signal.AccountGathered s => Row(SignalKind.AccountGathered, 0, s.AccountId, about.ReceivedAt, []),
        Signal.SendEnded s => Row(SignalKind.SendEnded, s.Subject, s.RecipientId, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Bytes(2, s.SendId.ToByteArray());
            w.Text(3, s.Step);
            w.Number(4, s.RecipientId);
            w.Number(5, (long)s.Reason);
            w.Number(6, (long)s.Subject.Kind);
            w.Number(8, s.CountedAt?.ToMilliseconds() ?? 0);
            if (s.Bounce is not { } bounce) return;
            w.Text(9, bounce.Scenario);
            w.Text(10, bounce.Template);
            w.Number(11, bounce.IsHard ? 2 : 1);
        })),
        Signal.Hit s => Row(SignalKind.Hit, s.Subject, s.RecipientId, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Bytes(2, s.SendId.ToByteArray());
            w.Text(3, s.Step);
            w.Number(4, s.RecipientId);
            w.Flag(5, s.IsClick);
            w.Number(6, (long)s.Subject.Kind);
            w.Flag(7, s.IsMachine);
        })),
        // The row is the person's, wherever the passage lives: it goes where they go, and is forgotten with them.
        Signal.Answered s => Row(SignalKind.Answered, s.RecipientId, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Bytes(2, s.SendId.ToByteArray());
            w.Text(3, s.Step);
            w.Number(4, s.Subject.Kind == SubjectKind.Account ? s.Subject.Id : 0);
            w.Text(5, s.Scenario);
            w.Text(6, s.Template);
            w.Text(7, s.Answer);
            w.Flag(8, s.IsScore);
            w.Text(9, s.Sets);
            w.Text(10, s.Comment);
        })),
        Signal.Refused s => Row(SignalKind.Refused, s.ContactId, 0, s.At, Packed(w =>
        {
            w.Text(1, s.Topic);
            w.Flag(2, s.IsRefused);
        })),
        Signal.ConsentSaid s => Row(SignalKind.ConsentSaid, s.ContactId, 0, s.At, Packed(w => w.Number(1, (long)s.Basis))),
        Signal.Erased s => Row(SignalKind.Erased, s.ContactId, 0, s.At, []),
        Signal.Replied s => Row(SignalKind.Replied, s.ContactId, 0, s.At, Packed(w =>
        {
            w.Number(1, s.IsAutomatic ? 2 : 1);
            w.Text(2, s.Scenario);
            w.Text(3, s.Step);
            w.Text(4, s.Template);
        })),
        Signal.Left s => Row(SignalKind.Left, s.ContactId, 0, s.At, []),
        Signal.EnrollRequested s => Row(SignalKind.EnrollRequested, s.Subject, 0, s.At, Packed(w =>
        {
            w.Text(1, s.Scenario);
            w.Flag(2, s.IsForced);
            w.Text(3, s.By);
            w.Text(4, s.Because);
            if (s.ByScenario.Length > 0) w.Text(5, s.ByScenario);
            if (s.Values.Length > 0) w.Bytes(6, s.Values.Span);
        })),
        Signal.Scheduled s => Row(SignalKind.Scheduled, s.Subject, 0, s.At, Packed(w =>
        {
            w.Text(1, s.Scenario);
            w.Number(2, s.Moment.ToMilliseconds());
        })),
        Signal.StartAsked s => Row(SignalKind.StartAsked, s.Subject, 0, s.At, Packed(w =>
        {
            w.Text(1, s.Scenario);
            w.Flag(2, s.IsBackfill);
            w.Flag(3, s.IsForced);
            w.Text(4, s.By);
            w.Text(5, s.Because);
            w.Instant(6, s.Since);
        })),
        Signal.Admitted s => Row(SignalKind.Admitted, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Text(2, s.Step);
            w.Number(3, s.Occurrence);
            w.Instant(4, s.Until);
        })),
        Signal.CaseAnswered s => Row(SignalKind.CaseAnswered, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Text(2, s.Step);
            w.Number(3, s.Occurrence);
            w.Flag(4, s.IsWithinBudget);
        })),
        Signal.ArmAnswered s => Row(SignalKind.ArmAnswered, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Text(2, s.Step);
            w.Number(3, s.Occurrence);
            w.Text(4, s.Arm);
            w.Number(5, (long)s.Ground);
        })),
        Signal.StopRequested s => Row(SignalKind.StopRequested, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Text(2, s.By);
            if (s.Scenario.Length > 0) w.Text(3, s.Scenario);
            if (s.ByScenario.Length > 0) w.Text(4, s.ByScenario);
            if (s.Because.Length > 0) w.Text(5, s.Because);
        })),
        Signal.EnrollmentWorked s => Row(SignalKind.EnrollmentWorked, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Number(2, (long)s.Act);
            w.Text(3, s.Step);
            w.Text(4, s.By);
            w.Text(5, s.Because);
            if (s.OnStep.Length > 0) w.Text(6, s.OnStep);
        })),
        Signal.Prepared s => Row(SignalKind.Prepared, s.Subject, 0, s.At, Packed(w =>
        {
            foreach (var key in s.Criteria) w.Number(1, key);
        })),
        Signal.Resumed s => Row(SignalKind.Resumed, s.Subject, 0, s.At, Packed(w =>
        {
            foreach (var id in s.EventIds) w.Number(1, id);
        })),
        Signal.CallEnded s => Row(SignalKind.CallEnded, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.EnrollmentId);
            w.Bytes(2, s.CallId.ToByteArray());
            w.Text(3, s.Step);
            w.Text(4, s.Endpoint);
            w.Flag(5, s.End.IsAnswered);
            w.Number(6, s.End.Status);
            w.Text(7, s.End.Because);
            w.Bytes(8, s.End.Response.Span);
        })),
        Signal.EscalationWorked s => Row(SignalKind.EscalationWorked, 0, s.AccountId, s.At, Packed(w =>
        {
            w.Number(1, s.EscalationId);
            w.Number(2, (long)s.Act);
            w.Text(3, s.By);
            w.Text(4, s.Text);
            w.Text(5, s.Outcome);
            w.Text(6, s.Assignee);
            w.Instant(7, s.Until);
            w.Number(8, s.ContactId);
            w.Text(9, s.Subject);
        })),
        // The recipient's, as an answer is: it may speak of them.
        Signal.ApprovalGiven s => Row(SignalKind.ApprovalGiven, s.RecipientId, 0, s.At, Packed(w =>
        {
            w.Number(1, s.ApprovalId);
            w.Number(2, s.Subject.Kind == SubjectKind.Account ? s.Subject.Id : 0);
            w.Flag(3, s.IsApproved);
            w.Text(4, s.MailSubject);
            w.Text(5, s.Text);
            w.Text(6, s.By);
        })),
        Signal.TaskDone s => Row(SignalKind.TaskDone, s.Subject, 0, s.At, Packed(w =>
        {
            w.Number(1, s.TaskId);
            w.Text(2, s.Outcome);
            w.Text(3, s.By);
        })),
        Signal.HoldRequested s => Row(SignalKind.HoldRequested, 0, s.AccountId, s.At, Packed(w =>
        {
            w.Instant(1, s.Until);
            w.Text(2, s.Because);
            w.Text(3, s.By);
        })),
        Signal.HoldReleased s => Row(SignalKind.HoldReleased, s.ContactId, s.AccountId, s.At, Packed(w => w.Text(1, s.By))),
        Signal.SessionChanged s => Row(SignalKind.SessionChanged, s.ContactId, 0, s.At, Packed(w =>
        {
            w.Text(1, s.Session);
            w.Number(2, s.Version);
            w.Number(3, (long)s.News);
        })),
        _ => throw new InvalidOperationException($"No stored form for {signal.GetType().Name}."),
    } with
    { Slot = slot, ReceivedAt = about.ReceivedAt, SourceId = about.SourceId, Correlation = about.Correlation, Hop = signal is Signal.Adopted a ? a.Hop : about.Hop };

    /// <summary>The signal of a row. <see cref="Signal.Prepared"/> and <see cref="Signal.Resumed"/> come back without their events: who loads states loads those.</summary>
    public static Signal Read(StoredEvent row)
    {
        var reader = new PackedReader(row.Kind is SignalKind.Occurred or SignalKind.Adopted ? default : row.Payload.Span);
        switch (row.Kind)
        {
            case SignalKind.Occurred:
                return new Signal.Occurred(ReadEvent(row), Has(row, CountsOnlyFlag)) { IsOfStranger = Has(row, OfStrangerFlag) };
            case SignalKind.Adopted:
                return new Signal.Adopted(row.ContactId, row.Hop, row.Payload);
            case SignalKind.Described or SignalKind.AccountDescribed:
            {
                var attributes = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
                var (isKnown, basis, countsOnly) = (false, ConsentBasis.None, false);
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: ReadAttribute(reader.Bytes, attributes); break;
                        case 2: isKnown = reader.Flag; break;
                        case 3: basis = (ConsentBasis)reader.Number; break;
                        case 4: countsOnly = reader.Flag; break;
                    }
                }

                return row.Kind == SignalKind.Described
                    ? new Signal.Described(row.ContactId, attributes, row.OccurredAt, isKnown, basis, countsOnly)
                    : new Signal.AccountDescribed(row.AccountId, attributes, row.OccurredAt, countsOnly);
            }

            case SignalKind.Grouped:
            {
                var (slot, roles, countsOnly) = ((short)0, new List<string>(), false);
                while (reader.Next())
                {
                    if (reader.Field == 1) slot = (short)reader.Number;
                    else if (reader.Field == 2) roles.Add(reader.Text);
                    else if (reader.Field == 3) countsOnly = reader.Flag;
                }

                return new Signal.Grouped(row.ContactId, row.AccountId, slot, roles, row.OccurredAt, countsOnly);
            }

            case SignalKind.MergedInto:
            {
                var (target, slot, hop) = (0L, (short)0, 0);
                while (reader.Next())
                {
                    if (reader.Field == 1) target = reader.Number;
                    else if (reader.Field == 2) slot = (short)reader.Number;
                    else if (reader.Field == 3) hop = (int)reader.Number;
                }

                return new Signal.MergedInto(row.ContactId, target, slot, hop, row.OccurredAt);
            }

            case SignalKind.Absorbed:
            {
                var (from, state) = (0L, Array.Empty<byte>());
                while (reader.Next())
                {
                    if (reader.Field == 1) from = reader.Number;
                    else if (reader.Field == 2) state = reader.Bytes.ToArray();
                }

                return new Signal.Absorbed(row.ContactId, from, state);
            }

            case SignalKind.AccountMergedInto:
            {
                var (target, slot) = (0L, (short)0);
                while (reader.Next())
                {
                    if (reader.Field == 1) target = reader.Number;
                    else if (reader.Field == 2) slot = (short)reader.Number;
                }

                return new Signal.AccountMergedInto(row.AccountId, target, slot, row.OccurredAt);
            }

            case SignalKind.AccountAbsorbed:
            {
                var (from, state) = (0L, Array.Empty<byte>());
                while (reader.Next())
                {
                    if (reader.Field == 1) from = reader.Number;
                    else if (reader.Field == 2) state = reader.Bytes.ToArray();
                }

                return new Signal.AccountAbsorbed(row.AccountId, from, state);
            }

            case SignalKind.AccountGathered: return new Signal.AccountGathered(row.AccountId);
            case SignalKind.SendEnded or SignalKind.Hit:
            {
                var (enrollment, send, step, recipient, fifth, kind, isMachine, counted) = (0L, Guid.Empty, "", 0L, 0L, SubjectKind.Contact, false, 0L);
                var (scenario, template, bounced) = ("", "", 0L);
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: send = new Guid(reader.Bytes); break;
                        case 3: step = reader.Text; break;
                        case 4: recipient = reader.Number; break;
                        case 5: fifth = reader.Number; break;
                        case 6: kind = (SubjectKind)reader.Number; break;
                        case 7: isMachine = reader.Number != 0; break;
                        case 8: counted = reader.Number; break;
                        case 9: scenario = reader.Text; break;
                        case 10: template = reader.Text; break;
                        case 11: bounced = reader.Number; break;
                    }
                }

                var subject = new SubjectRef(kind, kind == SubjectKind.Account ? row.AccountId : row.ContactId);
                return row.Kind == SignalKind.Hit
                    ? new Signal.Hit(subject, enrollment, send, step, recipient, fifth != 0, row.OccurredAt, isMachine)
                    : new Signal.SendEnded(subject, enrollment, send, step, recipient, (Reason)fifth, row.OccurredAt)
                    {
                        CountedAt = counted == 0 ? null : Instants.FromMilliseconds(counted),
                        Bounce = bounced != 0 ? new(scenario, template, bounced == 2) : null,
                    };
            }

            case SignalKind.ApprovalGiven:
            {
                var (approval, account, isApproved, subject, text, by) = (0L, 0L, false, "", "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: approval = reader.Number; break;
                        case 2: account = reader.Number; break;
                        case 3: isApproved = reader.Flag; break;
                        case 4: subject = reader.Text; break;
                        case 5: text = reader.Text; break;
                        case 6: by = reader.Text; break;
                    }
                }

                return new Signal.ApprovalGiven(account != 0 ? SubjectRef.Account(account) : SubjectRef.Contact(row.ContactId), row.ContactId, approval, isApproved, subject, text, by, row.OccurredAt);
            }

            case SignalKind.TaskDone:
            {
                var (task, outcome, by) = (0L, "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: task = reader.Number; break;
                        case 2: outcome = reader.Text; break;
                        case 3: by = reader.Text; break;
                    }
                }

                return new Signal.TaskDone(SubjectOf(row), task, outcome, by, row.OccurredAt);
            }

            case SignalKind.Answered:
            {
                var (enrollment, send, step, account, scenario, template, answer, isScore, sets, comment) = (0L, Guid.Empty, "", 0L, "", "", "", false, "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: send = new Guid(reader.Bytes); break;
                        case 3: step = reader.Text; break;
                        case 4: account = reader.Number; break;
                        case 5: scenario = reader.Text; break;
                        case 6: template = reader.Text; break;
                        case 7: answer = reader.Text; break;
                        case 8: isScore = reader.Flag; break;
                        case 9: sets = reader.Text; break;
                        case 10: comment = reader.Text; break;
                    }
                }

                return new Signal.Answered(account != 0 ? SubjectRef.Account(account) : SubjectRef.Contact(row.ContactId), enrollment, send, scenario, step, template, row.ContactId, answer, isScore, sets, comment, row.OccurredAt);
            }

            case SignalKind.Refused:
            {
                var (topic, isRefused) = ("", false);
                while (reader.Next())
                {
                    if (reader.Field == 1) topic = reader.Text;
                    else if (reader.Field == 2) isRefused = reader.Flag;
                }

                return new Signal.Refused(row.ContactId, topic, isRefused, row.OccurredAt);
            }

            case SignalKind.ConsentSaid:
            {
                var basis = ConsentBasis.None;
                while (reader.Next())
                {
                    if (reader.Field == 1) basis = (ConsentBasis)reader.Number;
                }

                return new Signal.ConsentSaid(row.ContactId, basis, row.OccurredAt);
            }

            case SignalKind.SessionChanged:
            {
                var (session, version, news) = ("", 0, default(SessionNews));
                while (reader.Next())
                {
                    if (reader.Field == 1) session = reader.Text;
                    else if (reader.Field == 2) version = (int)reader.Number;
                    else if (reader.Field == 3) news = (SessionNews)reader.Number;
                }

                return new Signal.SessionChanged(row.ContactId, session, version, news, row.OccurredAt);
            }

            case SignalKind.Erased: return new Signal.Erased(row.ContactId, row.OccurredAt);
            case SignalKind.Replied:
            {
                var (kind, scenario, step, template) = (0L, "", "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: kind = reader.Number; break;
                        case 2: scenario = reader.Text; break;
                        case 3: step = reader.Text; break;
                        case 4: template = reader.Text; break;
                    }
                }

                return new Signal.Replied(row.ContactId, kind == 2, scenario, step, template, row.OccurredAt);
            }

            case SignalKind.Left: return new Signal.Left(row.ContactId, row.OccurredAt);
            case SignalKind.EnrollRequested:
            {
                var (scenario, isForced, by, because, byScenario, values) = ("", false, "", "", "", Array.Empty<byte>());
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: scenario = reader.Text; break;
                        case 2: isForced = reader.Flag; break;
                        case 3: by = reader.Text; break;
                        case 4: because = reader.Text; break;
                        case 5: byScenario = reader.Text; break;
                        case 6: values = reader.Bytes.ToArray(); break;
                    }
                }

                return new Signal.EnrollRequested(SubjectOf(row), scenario, isForced, by, because, row.OccurredAt) { ByScenario = byScenario, Values = values };
            }

            case SignalKind.Scheduled:
            {
                var (scenario, moment) = ("", 0L);
                while (reader.Next())
                {
                    if (reader.Field == 1) scenario = reader.Text;
                    else if (reader.Field == 2) moment = reader.Number;
                }

                return new Signal.Scheduled(SubjectOf(row), scenario, Instants.FromMilliseconds(moment), row.OccurredAt);
            }

            case SignalKind.StartAsked:
            {
                var (scenario, isBackfill, isForced, by, because, since) = ("", false, false, "", "", default(DateTimeOffset));
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: scenario = reader.Text; break;
                        case 2: isBackfill = reader.Flag; break;
                        case 3: isForced = reader.Flag; break;
                        case 4: by = reader.Text; break;
                        case 5: because = reader.Text; break;
                        case 6: since = reader.Instant; break;
                    }
                }

                return new Signal.StartAsked(SubjectOf(row), scenario, isBackfill, isForced, by, because, since, row.OccurredAt);
            }

            case SignalKind.Admitted:
            {
                var (enrollment, step, occurrence, until) = (0L, "", 0, default(DateTimeOffset));
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: step = reader.Text; break;
                        case 3: occurrence = (int)reader.Number; break;
                        case 4: until = reader.Instant; break;
                    }
                }

                return new Signal.Admitted(SubjectOf(row), enrollment, step, occurrence, until, row.OccurredAt);
            }

            case SignalKind.CaseAnswered:
            {
                var (enrollment, step, occurrence, isWithin) = (0L, "", 0, false);
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: step = reader.Text; break;
                        case 3: occurrence = (int)reader.Number; break;
                        case 4: isWithin = reader.Flag; break;
                    }
                }

                return new Signal.CaseAnswered(SubjectOf(row), enrollment, step, occurrence, isWithin, row.OccurredAt);
            }

            case SignalKind.ArmAnswered:
            {
                var (enrollment, step, occurrence, arm, ground) = (0L, "", 0, "", ArmGround.Tested);
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: step = reader.Text; break;
                        case 3: occurrence = (int)reader.Number; break;
                        case 4: arm = reader.Text; break;
                        case 5: ground = (ArmGround)reader.Number; break;
                    }
                }

                return new Signal.ArmAnswered(SubjectOf(row), enrollment, step, occurrence, arm, ground, row.OccurredAt);
            }

            case SignalKind.StopRequested:
            {
                var (enrollment, by, scenario, byScenario, because) = (0L, "", "", "", "");
                while (reader.Next())
                {
                    if (reader.Field == 1) enrollment = reader.Number;
                    else if (reader.Field == 2) by = reader.Text;
                    else if (reader.Field == 3) scenario = reader.Text;
                    else if (reader.Field == 4) byScenario = reader.Text;
                    else if (reader.Field == 5) because = reader.Text;
                }

                return new Signal.StopRequested(SubjectOf(row), enrollment, by, row.OccurredAt) { Scenario = scenario, ByScenario = byScenario, Because = because };
            }

            case SignalKind.EnrollmentWorked:
            {
                var (enrollment, act, step, by, because, onStep) = (0L, default(EnrollmentAct), "", "", "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: act = (EnrollmentAct)reader.Number; break;
                        case 3: step = reader.Text; break;
                        case 4: by = reader.Text; break;
                        case 5: because = reader.Text; break;
                        case 6: onStep = reader.Text; break;
                    }
                }

                return new Signal.EnrollmentWorked(SubjectOf(row), enrollment, act, step, by, because, row.OccurredAt) { OnStep = onStep };
            }

            case SignalKind.Prepared or SignalKind.Resumed:
            {
                var numbers = new List<long>();
                while (reader.Next())
                {
                    if (reader.Field == 1) numbers.Add(reader.Number);
                }

                return row.Kind == SignalKind.Prepared
                    ? new Signal.Prepared(SubjectOf(row), numbers, [], row.OccurredAt)
                    : new Signal.Resumed(SubjectOf(row), numbers, [], row.OccurredAt);
            }

            case SignalKind.CallEnded:
            {
                var (enrollment, call, step, endpoint, isAnswered, status, because, response) = (0L, Guid.Empty, "", "", false, 0, "", Array.Empty<byte>());
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: enrollment = reader.Number; break;
                        case 2: call = new Guid(reader.Bytes); break;
                        case 3: step = reader.Text; break;
                        case 4: endpoint = reader.Text; break;
                        case 5: isAnswered = reader.Flag; break;
                        case 6: status = (int)reader.Number; break;
                        case 7: because = reader.Text; break;
                        case 8: response = reader.Bytes.ToArray(); break;
                    }
                }

                return new Signal.CallEnded(SubjectOf(row), enrollment, call, step, endpoint, new CallEnd(isAnswered, status, because, response), row.OccurredAt);
            }

            case SignalKind.EscalationWorked:
            {
                var (id, act, by, text, outcome, assignee, until, contact, subject) = (0L, default(EscalationAct), "", "", "", "", (DateTimeOffset?)null, 0L, "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: id = reader.Number; break;
                        case 2: act = (EscalationAct)reader.Number; break;
                        case 3: by = reader.Text; break;
                        case 4: text = reader.Text; break;
                        case 5: outcome = reader.Text; break;
                        case 6: assignee = reader.Text; break;
                        case 7: until = reader.Instant; break;
                        case 8: contact = reader.Number; break;
                        case 9: subject = reader.Text; break;
                    }
                }

                return new Signal.EscalationWorked(row.AccountId, id, act, by, text, outcome, assignee, until, row.OccurredAt, contact, subject);
            }

            case SignalKind.HoldRequested:
            {
                var (until, because, by) = (default(DateTimeOffset), "", "");
                while (reader.Next())
                {
                    switch (reader.Field)
                    {
                        case 1: until = reader.Instant; break;
                        case 2: because = reader.Text; break;
                        case 3: by = reader.Text; break;
                    }
                }

                return new Signal.HoldRequested(row.AccountId, until, because, by, row.OccurredAt);
            }

            case SignalKind.HoldReleased:
            {
                var by = "";
                while (reader.Next())
                {
                    if (reader.Field == 1) by = reader.Text;
                }

                return new Signal.HoldReleased(row.AccountId, by, row.OccurredAt) { ContactId = row.ContactId };
            }
        }

        throw new NewerFormatException($"an event of the kind {(short)row.Kind}, which this build does not know");
    }

    /// <summary>The occurred event of a row of that kind.</summary>
    public static OccurredEvent ReadEvent(StoredEvent row) => new(
        row.Id, row.Name, row.ContactId, row.AccountId, row.OccurredAt, row.ReceivedAt, row.Payload.Length > 1 ? row.Payload[1..] : default);

    /// <summary>The row to append for another slot, marked: what occurred stands in the log already, once.</summary>
    public static StoredEvent SendOn(StoredEvent row) =>
        row.Kind != SignalKind.Occurred || row.Payload.Length == 0 ? row with { Id = 0 } : Marked(row, SentOnFlag);

    /// <summary>The row of what occurred for the account that it names, where whoever did it lives elsewhere.</summary>
    public static StoredEvent SendWithoutPerson(StoredEvent row) => Marked(row, SentOnFlag | OfStrangerFlag) with { ContactId = 0 };

    private static StoredEvent Marked(StoredEvent row, byte flags)
    {
        var payload = row.Payload.Length == 0 ? new byte[1] : row.Payload.ToArray();
        payload[0] |= flags;
        return row with { Id = 0, Payload = payload };
    }

    private static bool Has(StoredEvent row, byte flag) => row.Payload.Length > 0 && (row.Payload.Span[0] & flag) != 0;

    /// <summary>Whether the row only brings what occurred to another slot; histories count the original.</summary>
    public static bool IsSentOn(StoredEvent row) => row.Kind == SignalKind.Occurred && Has(row, SentOnFlag);

    /// <summary>The payload of a state on its way, an account's or a colleague's, without what the person said.</summary>
    public static ReadOnlyMemory<byte> Forget(StoredEvent row, long contactId)
    {
        if (Read(row) is Signal.AccountAbsorbed absorbed)
        {
            var account = StateCodec.UnpackWholeAccount(absorbed.State.Span);
            account.Forget(contactId);
            account.Members.Remove(contactId);
            return Store(absorbed with { State = StateCodec.PackWhole(account) }, row.Slot, default).Payload;
        }

        var colleague = StateCodec.UnpackWhole(((Signal.Adopted)Read(row)).State.Span);
        colleague.Forget(contactId);
        return StateCodec.PackWhole(colleague);
    }

    /// <summary>What an export shows of a row: its properties or attributes as JSON; null for the product's own bookkeeping.</summary>
    public static string? Describe(StoredEvent row) => row.Kind switch
    {
        SignalKind.Occurred => row.Payload.Length > 1 ? System.Text.Encoding.UTF8.GetString(row.Payload.Span[1..]) : "{}",
        SignalKind.Described => WriteJson(((Signal.Described)Read(row)).Attributes),
        SignalKind.AccountDescribed => WriteJson(((Signal.AccountDescribed)Read(row)).Attributes),
        _ => null,
    };

    /// <summary>Attributes as a JSON object: instants and dates as ISO 8601 text.</summary>
    public static string WriteJson(IEnumerable<KeyValuePair<string, AttributeValue>> attributes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in attributes) WriteJson(json, name, value);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void WriteJson(Utf8JsonWriter json, string name, AttributeValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: json.WriteNull(name); break;
            case ValueKind.Boolean: json.WriteBoolean(name, value.AsBoolean); break;
            case ValueKind.Number: json.WriteNumber(name, value.AsNumber); break;
            case ValueKind.Text or ValueKind.Instant or ValueKind.Date: json.WriteString(name, value.ToString()); break;
        }
    }

    private static SubjectRef SubjectOf(StoredEvent row) =>
        row.ContactId != 0 ? SubjectRef.Contact(row.ContactId) : SubjectRef.Account(row.AccountId);

    private static StoredEvent Row(SignalKind kind, long contactId, long accountId, DateTimeOffset at, byte[] payload) =>
        new() { Slot = 0, Kind = kind, ContactId = contactId, AccountId = accountId, OccurredAt = at, Payload = payload };

    // The row names the subject, so that it goes where the enrollment lives; the recipient of an account's mail is in the payload.
    private static StoredEvent Row(SignalKind kind, SubjectRef subject, long recipientId, DateTimeOffset at, byte[] payload) =>
        subject.Kind == SubjectKind.Contact ? Row(kind, subject.Id, 0, at, payload) : Row(kind, 0, subject.Id, at, payload);

    private static byte[] Packed(Action<PackedWriter> write)
    {
        var writer = new PackedWriter();
        write(writer);
        return writer.ToArray();
    }

    private static void WriteAttributes(PackedWriter w, IReadOnlyDictionary<string, AttributeValue> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            w.Message(1, a =>
            {
                a.Text(1, name);
                a.Number(2, (long)value.Kind);
                if (value.Kind == ValueKind.Number) a.Double(4, value.AsNumber);
                else a.Text(3, value.ToString());
            });
        }
    }

    /// <summary>The address of the contact whose state the row brings; null where it brings none, or none that can be read.</summary>
    public static SaidEmail? TryReadEmail(StoredEvent row)
    {
        if (row.Kind is not (SignalKind.Adopted or SignalKind.Absorbed)) return null;
        try
        {
            return StateCodec.TryReadEmailOfWhole(Read(row) switch
            {
                Signal.Adopted adopted => adopted.State.Span,
                Signal.Absorbed absorbed => absorbed.State.Span,
                _ => default,
            });
        }
        catch (PackedFormatException)
        {
            // Whoever hears it parks the one subject; here all would be stopped by it.
            return null;
        }
    }

    private static void ReadAttribute(ReadOnlySpan<byte> bytes, Dictionary<string, AttributeValue> into)
    {
        var reader = new PackedReader(bytes);
        var (name, kind, text, number) = ("", ValueKind.Null, "", 0d);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text; break;
                case 2: kind = (ValueKind)reader.Number; break;
                case 3: text = reader.Text; break;
                case 4: number = reader.Double; break;
            }
        }

        into[name] = kind switch
        {
            ValueKind.Null => AttributeValue.Null,
            ValueKind.Boolean => AttributeValue.From(text == "true"),
            ValueKind.Number => AttributeValue.From(number),
            ValueKind.Text => AttributeValue.From(text),
            ValueKind.Instant => AttributeValue.From(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)),
            ValueKind.Date => AttributeValue.From(DateOnly.Parse(text, CultureInfo.InvariantCulture)),
        };
    }
}

/// <summary>What a stored signal carries beside itself.</summary>
/// <param name="Hop">How often the contact had moved when its slot was looked up.</param>
public readonly record struct StoredAbout(DateTimeOffset ReceivedAt, int SourceId = 0, int Hop = 0, string Correlation = "");
